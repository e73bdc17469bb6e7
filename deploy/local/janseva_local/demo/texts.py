"""What the demo's citizens are called and write: in Hindi and in English, of nobody in particular."""

from collections.abc import Mapping

NAMES = {
    "hi": ("आशा देवी", "रमेश कुमार", "सीता कुमारी", "मोहन प्रसाद"),
    "en": ("Asha Devi", "Ramesh Kumar", "Sita Kumari", "Mohan Prasad"),
}
# Who writes in English says this; who writes in Hindi says what the catalogue's example says.
IN_ENGLISH = (
    "This is about what happened yesterday evening; there are witnesses.",
    "I wrote down what I know; please tell me what comes next.",
    "I can come to the police station on any working day.",
)


def name_of(number: int, language: str) -> str:
    names = NAMES[language]
    return names[number % len(names)]


def description_of(number: int, language: str) -> Mapping[str, str]:
    """Over the example's own, which is in Hindi."""
    return {"description": IN_ENGLISH[number % len(IN_ENGLISH)]} if language == "en" else {}
