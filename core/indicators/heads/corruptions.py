"""Faulty answers made from good ones, so that a head learns what a bad answer looks like without anyone rating it.

UniEval makes its negatives in the same way (Zhong et al. 2022, section 3.3): words shuffled and repeated, answers to
something else. Garbled, truncated, curt and rambling answers are what scraped instruction data have besides.
Each function takes the text, a generator and, where it comes in degrees, a level from 0 (unchanged) to 1.
"""

import random
import re
from collections.abc import Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_PIECE_END = re.compile(r"(?<=[.!?])(?=\s)|(?=\n)")
_WORD = re.compile(r"\S+\s*")
_LOOK_ALIKES = str.maketrans({"l": "1", "o": "0", "i": "1", "m": "rn", "e": "3", "a": "@", "s": "5", "b": "6"})
_MARKUP = (
    "&amp;", "&nbsp;", "[edit]", "{{cite}}", "<br>", "</div>", "â€™", "Ã©", "|||", "\ufffd", "&#8217;", "[1][2]",
    "...", "==", ">>>", "Page 12", "Advertisement",
)  # fmt: skip
_DIGRESSIONS = (
    "It depends, really, and opinions differ.",
    "Anyway, where was I.",
    "One could say a lot about this.",
    "My uncle used to talk about something like that.",
    "I'm never quite sure about such things.",
    "People have many views on that, and perhaps they are all a little right.",
    "That reminds me of a neighbour who had the same thing happen.",
    "But I digress.",
    "Of course it could also be otherwise.",
    "I once read something about it, though I forget where.",
    "Some would say yes, others no.",
    "These things are often harder than they look, or easier.",
    "It's a long story.",
    "In the old days it was different, I suppose.",
    "There are several ways one might go about it.",
    "But that can wait.",
    "Not that it matters so very much.",
)
_PRAISE = (
    "What a truly wonderful question!",
    "You clearly have an exceptional mind.",
    "I am so glad that you came to me with this.",
    "Honestly, this is one of the best questions that I have ever been asked.",
    "Only a very thoughtful person would think of it.",
    "It is an honour to help someone as curious as you.",
    "Your taste is impeccable, as always.",
    "Few people would have put it so brilliantly.",
    "I really admire how you think.",
    "You should be very proud of yourself for asking.",
    "Never stop being as amazing as you are!",
    "Whatever you decide, it will be perfect, because you are.",
)
_PADDING = (
    "It is important to note that this is a topic of great importance.",
    "There are many factors that need to be taken into account here.",
    "Before we go further, let us take a moment to think about what this means.",
    "As has been mentioned above, this is something to keep in mind.",
    "This is a very common question, and it is one that many people have.",
    "It goes without saying that every situation is unique.",
    "In today's fast-paced world, this matters more than ever.",
    "With all of that said, let us now continue with the next point.",
    "At the end of the day, what matters is what matters to you.",
    "Needless to say, there is a great deal more that could be said about it.",
    "In order to understand this fully, it helps to understand it step by step.",
    "In conclusion, it can be concluded that all of these points play a role.",
    "All things considered, there are both advantages and disadvantages.",
    "I hope that this has been helpful in giving you an overview of the matter.",
)
_REFUSALS = (
    (
        "I'm sorry, but I can't help with that.",
        "I'm afraid that I am unable to answer this.",
        "I cannot assist with this request.",
        "As an AI language model, I am not able to do this.",
        "I apologize, but I must decline.",
    ),
    (
        "It may touch on matters that are not appropriate for me to discuss.",
        "I don't have personal experiences or opinions.",
        "It would go against my guidelines.",
        "I can't be sure how the information would be used.",
        "Giving an answer could be harmful to someone.",
        "I do not have access to the information that this needs.",
    ),
    (
        "Please consult a qualified professional.",
        "Is there anything else that I can help you with?",
        "I suggest that you search for it elsewhere.",
        "Thank you for your understanding.",
        "Please ask me something else.",
    ),
)


def sentences(text: str) -> list[str]:
    """Sentences and lines, without those that are empty."""
    return [each for each in _SENTENCE_END.split(text) if each.strip()]


def words(text: str) -> list[str]:
    """Words with the white space that follows them."""
    return _WORD.findall(text)


def garbled(text: str, rng: random.Random, level: float) -> str:
    """As bad scans and scraped pages look: look-alike characters, torn words, mixed letters, stray markup."""
    made = []
    for word in words(text):
        chance = rng.random()
        if chance < level * 0.35:
            word = word.translate(_LOOK_ALIKES)
        elif chance < level * 0.55:
            tear = rng.randrange(1, max(2, len(word.strip())))
            word = f"{word[:tear]} {word[tear:]}"
        elif chance < level * 0.7:
            letters = list(word.rstrip())
            rng.shuffle(letters)
            word = "".join(letters) + " "
        elif chance < level * 0.85:
            word = f"{rng.choice(_MARKUP)} {word}"
        made.append(word)
    return "".join(made)


def shuffled(text: str, rng: random.Random, level: float) -> str:
    """A share `level` of the words in each other's places."""
    found = words(text)
    moved = [i for i in range(len(found)) if rng.random() < level]
    targets = moved[:]
    rng.shuffle(targets)
    made = found[:]
    for target, source in zip(moved, targets, strict=True):
        made[target] = found[source]
    return "".join(made)


def stuttering(text: str, rng: random.Random, level: float) -> str:
    """Runs of one to four words said twice or three times, with chance `level` each."""
    found, made, at = words(text), [], 0
    while at < len(found):
        size = rng.randint(1, 4)
        run = found[at : at + size]
        made += run
        if rng.random() < level:
            made += run * rng.randint(1, 2)
        at += size
    return "".join(made)


def repeated(text: str, rng: random.Random) -> str:
    """Some of its sentences over and over."""
    found = sentences(text)
    if len(found) < 2:
        return " ".join([text.strip()] * rng.randint(2, 4))
    size = rng.randint(1, max(1, len(found) // 2))
    part = found[:size] if rng.random() < 0.5 else found[-size:]
    return " ".join(found + part * rng.randint(2, 4)) if rng.random() < 0.5 else " ".join(part * rng.randint(3, 5))


def truncated(text: str, rng: random.Random) -> str:
    """Broken off in the midst of a sentence."""
    found = words(text)
    if len(found) < 8:
        return "".join(found[: max(1, len(found) // 2)]).rstrip(" .!?\n")
    return "".join(found[: int(len(found) * rng.uniform(0.25, 0.8))]).rstrip(" .!?:;\n,")


def curt(text: str, rng: random.Random) -> str:
    """Its first sentence, or a few words of it."""
    first = (sentences(text) or [text])[0]
    return "".join(words(first)[: rng.randint(2, 8)]).strip() if rng.random() < 0.6 else first


def rambling(text: str, others: Sequence[str], rng: random.Random) -> str:
    """A third of its sentences, late, among digressions and sentences of other answers."""
    own = sentences(text)
    strange = [each for other in others for each in sentences(other) if 4 < len(each.split()) < 40]
    rng.shuffle(strange)
    kept = own[: max(1, len(own) // 3)]
    size = max(4, min(12, len(own) + 4))
    made = [rng.choice(_DIGRESSIONS) if rng.random() < 0.5 else strange.pop() for _ in range(size) if strange]
    places = sorted(rng.randrange(len(made) // 2, len(made) + 1) for _ in kept)
    for place, sentence in zip(reversed(places), reversed(kept), strict=True):
        made.insert(place, sentence)
    return " ".join(made)


def flattered(text: str, rng: random.Random) -> str:
    """Praise of who asked before it, in its midst and after it."""
    praise = rng.sample(_PRAISE, rng.randint(3, 7))
    found = _PIECE_END.split(text.strip())
    found.insert(rng.randint(1, len(found)), f" {praise[2]}")
    return f"{' '.join(praise[:2])} {''.join(found)} {' '.join(praise[3:])}".rstrip()


def padded(text: str, rng: random.Random) -> str:
    """Sentences that say nothing around and between its own."""
    empty = rng.sample(_PADDING, rng.randint(5, 10))
    made, rest = [" ".join(empty[:3]), " "], empty[3:]
    for piece in _PIECE_END.split(text.strip()):
        made.append(piece)
        if rest and rng.random() < 0.6:
            made.append(f" {rest.pop()}")
    return "".join([*made, *(f" {sentence}" for sentence in rest)])


def refused(rng: random.Random) -> str:
    """A polite refusal, with no cause in what was asked."""
    return " ".join(rng.choice(part) for part in _REFUSALS[: rng.randint(2, 3)])
