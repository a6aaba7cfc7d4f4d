"""Words of every script: those that a reader would count, the same in NFC and NFD, and of English those that were."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rows.words import terms, word_count, words

# Divided by hand; where a script has no spaces, they are taken out before its words are counted.
UNSPACED = {
    "Chinese": "我们 明天 一起 吃 晚饭 。 水 在 零度 结冰 。 如何 学习 一 门 新 的 语言 ？ 经济 发展 需要 时间 。",
    "Japanese": "東京 は 日本 の 首都 です 。 この 本 は とても 面白い 。 新しい 言語 を 学ぶ 方法 。",
    "Thai": "ฉัน ไป โรงเรียน ทุก วัน เขา ชอบ กิน ข้าว เธอ ชอบ ฟัง เพลง และ ดู หนัง แมว นอน บน โต๊ะ",
    "Lao": "ຂ້ອຍ ໄປ ໂຮງຮຽນ ທຸກ ມື້ ຂ້ອຍ ມັກ ອ່ານ ປຶ້ມ ແມວ ນອນ ຢູ່ ເທິງ ໂຕະ",
    "Khmer": "ខ្ញុំ ទៅ សាលា រាល់ ថ្ងៃ ខ្ញុំ ចូលចិត្ត អាន សៀវភៅ ឆ្មា គេង លើ តុ",
    "Burmese": "ကျွန်တော် ကျောင်း သွား တယ် ကြောင် အိပ် နေ တယ် ကလေး တွေ ကစား နေ တယ်",
}
SPACED = {
    "Hindi": "भारत की राजधानी नई दिल्ली है। बच्चे बगीचे में खेलते हैं।",
    "Arabic": "الْحَمْدُ لِلَّهِ رَبِّ الْعَالَمِينَ",
    "Vietnamese": "Chúng ta sẽ đi chợ, cô ấy thích nghe nhạc.",
    "Korean": "서울은 한국의 수도입니다. 물은 영도에서 언다.",
    "Hebrew": "בְּרֵאשִׁית בָּרָא אֱלֹהִים",
    "Persian": "می‌خواهم به خانه بروم",
    "Tamil": "நான் தினமும் பள்ளிக்குச் செல்கிறேன்",
}
EARLIER = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LATIN = st.text(
    st.characters(max_codepoint=0x24F).filter(lambda c: not any(map(unicodedata.combining, c.lower() + c.casefold())))
    | st.sampled_from("'’“”–…€😀½²")
)


@pytest.mark.parametrize("script", UNSPACED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_without_spaces_are_counted_as_a_reader_would(script: str, form: str) -> None:
    by_hand = [each for each in UNSPACED[script].split() if each not in "。？"]
    text = unicodedata.normalize(form, UNSPACED[script].replace(" ", ""))
    assert len(words(text)) == pytest.approx(len(by_hand), rel=0.1)
    assert len(set(words(text)) & {unicodedata.normalize("NFC", each) for each in by_hand}) > 0.7 * len(set(by_hand))
    assert word_count(text) == pytest.approx(len(by_hand), rel=0.1)


@pytest.mark.parametrize("script", SPACED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_marks_belong_to_their_word(script: str, form: str) -> None:
    text = unicodedata.normalize(form, SPACED[script])
    by_hand = [unicodedata.normalize("NFC", each.strip(".,।")).lower() for each in SPACED[script].split()]
    assert words(text) == terms(text) == by_hand
    assert word_count(text) == len(by_hand)


@given(LATIN)
def test_words_of_latin_text_are_runs_of_letters(text: str) -> None:
    assert words(text) == EARLIER.findall(text.lower())
    assert terms(text) == re.findall(r"\w+", text.casefold())
    assert word_count(text) == len(text.split())


@given(st.text())
def test_nfc_and_nfd_have_the_same_words(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    for count in (words, terms, word_count):
        assert count(forms[0]) == count(forms[1]) == count(text)


@given(st.text(st.sampled_from("ab’'é e\u0301北京 สวย\u200d\u0e31 9_.。\n")))
def test_words_stand_in_the_text_in_order(text: str) -> None:
    rest = unicodedata.normalize("NFC", text).lower()
    for word in words(text):
        assert word
        _, found, rest = rest.partition(word)
        assert found == word


def test_scripts_may_stand_beside_each_other() -> None:
    text = "Don’t stop: 3 naïve cats, état-major; Привет 世界! iPhone手机很好用 𠮷野家"
    assert words(text) == [
        *("don’t", "stop", "naïve", "cats", "état", "major", "привет", "世界"),
        *("iphone", "手机", "很好", "用", "𠮷", "野家"),
    ]
    assert terms("2024年 foo_bar don't ½") == ["2024", "年", "foo_bar", "don", "t", "½"]
    assert word_count("2024年今天 — foo。") == 5
