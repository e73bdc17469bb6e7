"""The words of a person in fear raise the notice to call 112; ordinary complaints do not."""

import pytest

from event_schemas import Lane
from intake.catalogue import load_catalogue
from intake.filing.danger import SHIPPED, in_danger, shipped_phrases
from janseva_local.demo.texts import IN_ENGLISH

CATALOGUE = load_catalogue()
FEAR = (
    "मेरा पति मुझे मार रहा है",
    "मेरे पति मुझे और बच्चों को बहुत मार रहे हैं",
    "वह चाक़ू लेकर दरवाज़ा तोड़ रहा है",
    "पड़ोसी के घर में आग लगी है",
    "मुझे कमरे में बंद कर दिया है, बचाओ",
    "वे लोग मुझे जान से मारने की धमकी देकर घर में घुस आए हैं",
    "मुझे बहुत डर लग रहा है",
    "mera pati mujhe maar raha hai",
    "Mera pati mujhe bahut mar rha hai",
    "koi mera peecha kar raha hai",
    "ghar mein ghus gaye hain",
    "My husband is beating me",
    "Somebody is following me",
    "he has locked me in the room and will kill me",
    "میرا شوہر مجھے مار رہا ہے",
)
CALM = (
    "कल शाम बाजार में मेरी साइकिल चोरी हो गई।",
    "पिछले महीने मेरे साथ मारपीट हुई थी, कांड दर्ज नहीं हुआ।",
    "जमीन का विवाद है, पड़ोसी मेड़ तोड़ता है।",
    "बस में मेरा बटुआ खो गया, उसमें कागजात थे।",
    "लाउडस्पीकर रात भर बजता है।",
    "मेरी मार्कशीट और मार्क्स कार्ड खो गए।",
    "My mobile phone was stolen from the bus yesterday.",
    "The neighbour parks his car in front of my gate.",
    "I lost my marksheet; please give a report.",
    "Somebody took money from my account by a false call.",
    "Market shop number 12 plays loud music.",
    "zameen ka vivad hai, padosi market wala rasta band karta hai",
    "kal mera mobile chori ho gaya",
)


@pytest.mark.parametrize("text", FEAR)
def test_expressions_of_fear_are_recognised(text: str) -> None:
    """In Hindi, Hindi in Latin letters, Urdu and English, whatever stands between the words."""
    assert in_danger(text)


def test_ordinary_complaints_raise_no_alarm() -> None:
    """Neither these nor the texts of the demo's citizens: no false alarm among them."""
    examples = [one.example.description for one in CATALOGUE if one.example and one.lane is Lane.ROUTINE]
    demo = [*IN_ENGLISH, *filter(None, examples)]
    assert [text for text in (*CALM, *demo) if in_danger(text)] == []
    assert len(demo) >= 6


def test_every_phrase_finds_itself_and_none_is_so_short_that_it_finds_anything() -> None:
    """A phrase that no text can match would be a hole in the list."""
    lines = [line[4:] for line in SHIPPED.read_text(encoding="utf-8").splitlines() if line.startswith("  - ")]
    assert len(lines) > 100
    for phrase in lines:
        assert in_danger(f"x {phrase.replace('*', 'a')} y"), phrase
        assert len(phrase.replace("*", "")) >= 3, phrase
    assert not shipped_phrases().found(["a", "b"])
