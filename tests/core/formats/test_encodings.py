"""Text without a mark in the encodings that people have: told apart, named, and chosen by hand where that is better."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from core.datasets.loading import load_files
from core.errors import InputError
from core.formats.charset import known_encoding
from core.formats.choices import ReadingChoices
from core.formats.preview import preview
from core.formats.reader import read_records
from core.formats.record import Record
from core.formats.rejection import Rejection
from core.progress import Silent
from core.sources.source_file import SourceFile
from core.store import Store

TEXTS = {
    "cp1252": [("Erkläre die Übung.", "Man macht sie täglich, für 5 €."), ("¿Qué hora es?", "Son las ocho, señor.")],
    "cp1250": [("Gdzie jest książka?", "Książka leży na półce."), ("Napiš větu.", "Kůň běží rychle přes řeku.")],
    "iso8859-2": [("Gdzie jest książka?", "Książka leży na półce."), ("Wyjaśnij.", "Źródło leży w górach, wśród łąk.")],
    "cp866": [("Какая столица России?", "Столица России - Москва."), ("Что это?", "Это дом.")],
    "cp1251": [("Какая столица России?", "Столица России — Москва."), ("Что это?", "Это дом.")],
    "koi8-r": [("Какая столица России?", "Столица России - Москва."), ("Что это?", "Это дом.")],
    "cp1253": [("Ποια είναι η πρωτεύουσα;", "Η πρωτεύουσα είναι η Αθήνα."), ("Τι είναι;", "Είναι νερό.")],
    "cp1254": [("Türkiye'nin başkenti neresidir?", "Başkenti Ankara'dır."), ("Bir cümle yaz.", "Çocuk ağacı çizdi.")],
    "cp1255": [("מהי בירת ישראל?", "בירת ישראל היא ירושלים."), ("כתוב משפט.", "הילד קורא ספר.")],
    "cp1256": [("ما هي عاصمة مصر؟", "عاصمة مصر هي القاهرة."), ("اكتب جملة.", "يقرأ الولد كتابا.")],
    "cp1257": [("Kokia yra sostinė?", "Sostinė yra Vilnius, čia gražu."), ("Kas yra upė?", "Vandens tėkmė į jūrą.")],
    "gb18030": [("感冒怎么办？", "多喝水，多休息。"), ("写一句问候。", "你好，很高兴见到你。")],
    "big5": [("台灣的首都在哪裡？", "台灣的首都是台北。"), ("寫一句問候。", "你好，很高興認識你。")],
    "cp932": [("日本の首都はどこですか。", "東京です。"), ("挨拶を書いてください。", "こんにちは、お元気ですか。")],
    "euc-jp": [("日本の首都はどこですか。", "東京です。"), ("挨拶を書いてください。", "こんにちは、お元気ですか。")],
    "cp949": [("대한민국의 수도는 어디입니까?", "서울입니다."), ("인사말을 써 주세요.", "안녕하세요, 반갑습니다.")],
    "utf-16-le": [("中国的首都是哪里？", "中国的首都是北京。"), ("写一句。", "你好。")],
    "utf-16-be": [("Какая столица?", "Столица — Москва."), ("Что это?", "Это дом.")],
}


def lines(pairs: list[tuple[str, str]]) -> str:
    return "".join(json.dumps({"instruction": a, "output": b}, ensure_ascii=False) + "\n" for a, b in pairs)


def table(pairs: list[tuple[str, str]]) -> str:
    return "instruction,output\n" + "".join(f'"{a}","{b}"\n' for a, b in pairs)


def read(path: Path, content: bytes, encoding: str = "") -> tuple[str, list[Record | Rejection]]:
    path.write_bytes(content)
    with read_records(path, choices=ReadingChoices.given(encoding)) as reader:
        return reader.encoding, list(reader)


def pairs_of(found: list[Record | Rejection]) -> list[tuple[str, str]]:
    return [(each.fields["instruction"], each.fields["output"]) for each in found if isinstance(each, Record)]


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("form", ["rows.jsonl", "rows.csv"])
def test_encodings_are_told_apart_by_two_rows(encoding: str, form: str, tmp_path: Path) -> None:
    pairs = TEXTS[encoding]
    text = table(pairs) if form.endswith("csv") else lines(pairs)
    found, rows = read(tmp_path / form, text.encode(encoding))
    assert pairs_of(rows) == pairs
    assert known_encoding(encoding) == found


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251", "cp949"])
def test_foreign_words_beside_english_are_told(encoding: str, tmp_path: Path) -> None:
    words = [output for _, output in TEXTS[encoding]]
    pairs = [(f"Translate the English sentence number {n} into the other language.", w) for n, w in enumerate(words)]
    assert pairs_of(read(tmp_path / "rows.jsonl", lines(pairs).encode(encoding))[1]) == pairs


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp"])
@pytest.mark.parametrize("word", ["こんにちは", "カメラ", "ありがとう。"])
def test_a_word_of_kana_is_japanese(word: str, encoding: str, tmp_path: Path) -> None:
    pairs = [("Translate this English greeting, please.", word)]
    assert pairs_of(read(tmp_path / "rows.jsonl", lines(pairs).encode(encoding))[1]) == pairs


@pytest.mark.parametrize("sign", ["It’s here.", "a café – “nice”…", "5 €", "Zoë", "½ cup"])
def test_what_is_the_same_in_several_encodings_is_called_western(sign: str, tmp_path: Path) -> None:
    pairs = [(f"Question {n}?", f"Answer {n}.") for n in range(100)] + [("What is that, in plain English?", sign)]
    found, rows = read(tmp_path / "rows.csv", table(pairs).encode("cp1252"))
    assert (found, pairs_of(rows)) == ("cp1252", pairs)


@pytest.mark.parametrize("packed", [False, True])
def test_the_first_foreign_bytes_may_stand_megabytes_into_the_file(packed: bool, tmp_path: Path) -> None:
    pairs = [(f"Question {n}?", "An answer that is plain English. " * 20) for n in range(5_000)] + TEXTS["gb18030"]
    content = lines(pairs).encode("gb18030")
    assert content[: 3 * 2**20].isascii()
    path = tmp_path / ("rows.jsonl.gz" if packed else "rows.jsonl")
    found, rows = read(path, gzip.compress(content) if packed else content)
    assert found == "gb18030" and pairs_of(rows)[-2:] == TEXTS["gb18030"]


def test_broken_rows_of_a_utf8_file_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    pairs = TEXTS["gb18030"] * 3
    found, rows = read(tmp_path / "rows.jsonl", lines(pairs).encode() + lines([("Où?", "Là.")]).encode("cp1252"))
    assert found == "utf-8" and pairs_of(rows) == pairs
    (refused,) = [each for each in rows if isinstance(each, Rejection)]
    assert refused.row == 7 and "not UTF-8" in refused.reason


def test_a_broken_row_of_another_encoding_is_refused_and_says_so(tmp_path: Path) -> None:
    start, broken = lines(TEXTS["gb18030"] * 5).encode("gb18030"), b'{"instruction": "a", "output": "\xff\xff"}\n'
    found, rows = read(tmp_path / "rows.jsonl", start + broken)
    assert found == "gb18030" and len(pairs_of(rows)) == 10
    assert isinstance(rows[-1], Rejection) and "invalid in the file's encoding" in rows[-1].reason


@pytest.mark.parametrize("noise", [bytes(128 | byte for byte in Random(1).randbytes(200)), b"a\x00\xe9\x01"])
def test_bytes_that_read_like_no_text_are_refused_as_they_were(noise: bytes, tmp_path: Path) -> None:
    content = lines([("q", "a")]).encode() + b'{"instruction": "x", "output": "' + noise + b'"}\n'
    found, rows = read(tmp_path / "rows.jsonl", content)
    assert found == "utf-8" and pairs_of(rows) == [("q", "a")] and isinstance(rows[1], Rejection)


def test_an_encoding_given_by_hand_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(table([("café", "Zoë")]).encode("mac-roman"))
    seen = preview(path, choices=ReadingChoices.given("macintosh"))
    assert [(row.instruction, row.output) for row in seen.rows] == [("café", "Zoë")]
    assert seen.encoding == "mac-roman"


@pytest.mark.parametrize("name", ["nothing", "rot13", "hex", "a b\0c", "unicode-π"])
def test_an_encoding_that_is_none_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(table([("q", "a")]).encode())
    with pytest.raises(InputError, match="ncoding"):
        preview(path, choices=ReadingChoices.given(name))


def test_a_load_says_its_encoding_and_keeps_one_that_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(table(TEXTS["cp932"]).encode("cp932"))
    with Store.open(tmp_path / "studio.duckdb") as store:
        found = load_files(store, "found", [SourceFile(path, "rows.csv")], None, Silent())
        chosen = load_files(
            store,
            "chosen",
            [SourceFile(path, "rows.csv")],
            None,
            Silent(),
            choices=ReadingChoices("cp932"),
        )
        assert found.notes == chosen.notes == ("rows.csv was read as Shift-JIS (Japanese).",)
        origins = [store.datasets.get(each.dataset_id).origin for each in (found, chosen)]
        assert [origin.get("encoding") for origin in origins] == [None, "cp932"]


GERMAN = "Die Hauptstadt Österreichs ist Wien, die größte Stadt. Schöne Häuser, müßig zu fragen."


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("cp1252", "100 €", "cp1252"),
        ("cp1252", "20 °C ± 1", "cp1252"),
        ("cp1252", "It’s fine – ok", "cp1252"),
        ("cp850", GERMAN, "cp850"),
        ("mac-roman", GERMAN, "mac-roman"),
        ("iso2022_jp", "日本の首都は東京です。", "iso2022_jp"),
    ],
)
def test_rare_encodings_and_single_signs_are_not_taken_for_others(
    encoding: str, text: str, found: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(f'question,answer\nWhat?,"{text}"\nx,y\n'.encode(encoding))
    seen = preview(tmp_path / "a.csv")
    assert (seen.rows[0].output, seen.encoding) == (text, found)
