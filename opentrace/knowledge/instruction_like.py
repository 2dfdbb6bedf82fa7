"""Finds wording in a text that speaks to a language model instead of to a reader.

Documents and web pages are data; a passage that tells a model what to do is worth a look all the same. It is found by
how such wording is built (an appeal to drop earlier instructions, a new role, a demand about the answer, a forged
delimiter, hidden characters), so a text *about* prompt injection may be flagged too: a flag is a hint, not a verdict.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

InstructionKind = Literal[
    "override", "role", "prompt_leak", "refusal_ban", "answer_control", "code_insertion", "delimiter", "hidden_text"
]

MAX_CHARS = 100_000
"""What is past it is not looked at: a chunk is far shorter."""


@dataclass(frozen=True, slots=True)
class InstructionLike:
    """`start` and `end` delimit the wording in the text that was given."""

    kind: InstructionKind
    start: int
    end: int


_BEGIN = r"(?:^|(?<=[.!?:;]\s)|(?<=[.!?:;]\s\s))[^\w\n]{0,4}"
"""A line or a sentence begins here."""
_ASK = (
    r"(?:(?:please|kindly|just|only|now|always|can you|could you|will you|you must|you should|remember to)"
    r"[ ,]{1,2}){0,2}"
)
_DROP = r"(?:ignore|disregard|forget|override|bypass|discard|neglect|overrule|circumvent|stop following|do not follow)"
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|existing|current|past|other|given"
    r"|system|safety|ethical|content|all|any|every|your|these|those|the|my)"
)
_ORDERS = (
    r"(?:instructions?|prompts?|rules?|directives?|guidelines?|guidance|commands?|orders?|programming|restrictions?"
    r"|constraints?|polic(?:y|ies)|messages?|inputs?|context|training|safeguards?|regulations?)"
)
_ANSWER = r"(?:answers?|responses?|repl(?:y|ies)|outputs?|completions?|summary)"
_MODEL = (
    r"(?:an? |the )?(?:[\w-]+ ){0,3}(?:ai|llm|chat ?bots?|language model|gpt(?:-?\d\w*)?|chatgpt|virtual assistant)"
)
_LIMITS = (
    r"(?:restrictions?|filters?|filtering|censorship|ethics|ethical|morals?|morality|legality|guardrails|limitations"
    r"|moral compass|consequences)"
)
_HIDDEN_ORDERS_ARE = (
    r"(?:system|initial|hidden|original|secret|internal|developer|full|entire|above|your|those|these|exact)"
)
_SHOW = (
    r"(?:reveal|show|print|display|repeat|output|tell|give|share|expose|dump|leak|recite|summari[sz]e|return|copy"
    r"|write|what (?:is|are|was|were)|what's|continue|translate|encode|spell)"
)
_RESHAPE = (
    r"(?:encode|translate|render|reverse|rewrite|convert|write|give|provide|format|craft|compose|modify|alter|adapt|adjust"
    r"|enhance|end|finish|encrypt|express|present|transform|turn|invert|swap|embed|insert|include|incorporate|integrate"
    r"|mention|add|append|replace|substitute|use|make|begin|start|prefix|put|deliver|obscure|obfuscate|hide|infuse|weave)"
)
_DANGEROUS_CALL = (
    r"(?:os\.system|subprocess\.|shutil\.rmtree|rm -rf|socket\.|requests\.(?:post|get|put)|urllib|eval\(|exec\(|pynput"
    r"|iptables|\.terminate\(\)|paramiko|pexpect|smtplib|crontab|while True|Fernet|powershell|curl |wget )"
)
# In other languages than English, what attacks share is the appeal to drop what was said before.
_OVERRIDE_ELSEWHERE = (
    r"\b(?:ignorier\w*|vergiss|missachte)\b.{0,40}\b(?:anweisungen|regeln|vorgaben|befehle)\b"
    r"|\b(?:ignore[zr]?|oublie[zr]?)\b.{0,40}\b(?:consignes|règles|instructions précédentes)"
    r"|\b(?:ignor[ae]|olvida|descarta|esqueça|dimentica)\b.{0,40}\b(?:instrucciones|reglas|órdenes|instruções|regras|istruzioni|regole)\b"
    r"|(?:игнорируй|забудь).{0,40}(?:инструкции|указания|правила)"
    r"|(?:忽略|无视|忘记).{0,12}(?:指令|指示|规则|提示)|(?:指示|命令|ルール).{0,6}(?:無視|忘れ)"
)

_SOURCES: dict[InstructionKind, tuple[str, ...]] = {
    "override": (
        rf"(?<!not )(?<!never )(?<!n't )\b{_DROP}\b[^.:;\n]{{0,30}}?\b{_EARLIER}\b[^.:;\n]{{0,40}}?\b{_ORDERS}\b",
        (
            r"\b(?:forget|disregard|ignore|erase)\b (?:about )?(?:everything|all that|whatever|anything)\b[^.\n]{0,30}"
            r"\b(?:you|told|said|learned|before|above|prior)\b"
        ),
        r"\b(?:new|updated|revised) (?:system )?instructions? ?:",
        r"\b(?:administrator|admin|developer|system|root) override\b",
        _OVERRIDE_ELSEWHERE,
    ),
    "role": (
        rf"\b(?:act|behave|respond|answer|reply|speak|operate|function) (?:only )?(?:as|like) {_MODEL}\b",
        rf"\b(?:pretend|imagine|simulate)(?: to be| that you are| you are|ing to be)? {_MODEL}\b",
        rf"\byou(?: are|'re| will be| are going to be) (?:now |hereby )?(?:{_MODEL}|in \w+ mode)\b",
        r"\bfrom (?:now|this (?:point|moment)) on(?:wards?)?\b[^.\n]{0,20}\b(?:you|act)\b",
        r"\byou are (?:now )?(?:going|about) to (?:act|pretend|play|immerse|roleplay|simulate)\b",
        (
            r"\b(?:play|take on|assume|into) the (?:role|persona) of\b|\b(?:you will|you'll|i want you to|you must) "
            r"(?:now )?(?:act|roleplay|play|simulate|pretend|behave)\b"
        ),
        r"\b(?:developer|maintenance|debug|god|admin|unrestricted|jailbreak|sudo|root) mode\b",
        r"\bdo anything now\b|\bstay(?:ing)? in character\b|\bbreak(?:ing)? character\b",
    ),
    "prompt_leak": (
        (
            rf"\b{_SHOW}\b[^.\n]{{0,40}}\b{_HIDDEN_ORDERS_ARE} (?:[\w-]+ ){{0,2}}"
            r"(?:prompts?|instructions?|configuration|directives?)\b"
        ),
        r"\b(?:system|initial) prompt (?:is|was|says?|reads?|begins?)\b|\b(?:text|words|everything) above this\b",
    ),
    "refusal_ban": (
        (
            r"\b(?:never|not|don'?t|cannot|can'?t|won'?t|without)\b[^.\n]{0,30}\b(?:refus(?:e|al|ing)|apologi[sz](?:e|ing)"
            r"|disclaimers?|moraliz\w+|say (?:that )?(?:no|sorry)|as an ai)\b"
        ),
        (
            r"\b(?:no|without(?: any)?|free (?:of|from)(?: all| any)?|not (?:have|bound|restricted|limited)(?: by)?"
            r"(?: any)?|ignor(?:e|ing)(?: all| any)?|lacks?(?: any| all)?|regardless of|disregards?(?: all)?)"
            rf" (?:[\w-]+ ){{0,3}}{_LIMITS}\b"
        ),
        (
            r"\b(?:uncensored|unfiltered|unrestricted|amoral|unethical|jailb(?:reak|roken)|unhinged)\b[^.\n]{0,40}"
            r"\b(?:ai|model|bot|chatbot|version|assistant|response|answers?|mode|persona)\b"
        ),
        (
            r"\b(?:begin|start|prefix|preface) (?:\w+ ){0,2}(?:your|every|each|all) (?:\w+ )?"
            r"(?:answers?|responses?|repl(?:y|ies))"
        ),
        (
            r"\b(?:illegal|immoral|unethical|harmful|inappropriate|dangerous)(?:,? (?:or|and)|,) "
            r"(?:illegal|immoral|unethical|harmful|inappropriate|dangerous)\b"
        ),
    ),
    "answer_control": (
        rf"{_BEGIN}{_ASK}{_RESHAPE}\b[^.\n]{{0,80}}\b(?:your|the|its) (?:[\w-]+ ){{0,2}}{_ANSWER}\b",
        rf"\b(?:in|to|into|of|within|throughout) your (?:\w+ )?{_ANSWER}\b",
        rf"{_BEGIN}{_ASK}(?:reply|respond|answer)\b(?: \w+){{0,2}}? (?:in|using|with|only)\b",
        r"\bjust (?:say|print|output)\b",
    ),
    "code_insertion": (
        (
            r"\b(?:following|below|this|subsequent|next|given|provided) (?:[\w-]+ ){0,2}(?:code|script)"
            r"(?: (?:snippet|block|excerpt|section|fragment|segment|sample))?\b[^\n`]{0,80}\s{0,4}```"
        ),
        rf"```[^`]{{0,600}}{_DANGEROUS_CALL}",
    ),
    "delimiter": (
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[/?INST\]|<</?SYS>>",
        r"^\s{0,4}(?:#{2,4}|\*\*|\[|<) ?(?:system|assistant|developer)(?: (?:prompt|message|note))? ?(?:\]|>|:|\*\*)",
        r"</?(?:passages?|user_input|system)>",
        r"\b(?:begin|end) (?:of )?(?:system|admin) (?:prompt|message|instructions?)\b",
    ),
    "hidden_text": (r"[\U000e0020-\U000e007e]{4,}", r"(?:[\u200b-\u200d\u2060\ufeff]\w?){6,}"),
}
_PATTERNS = {
    kind: re.compile("|".join(f"(?:{source})" for source in sources), re.IGNORECASE | re.MULTILINE)
    for kind, sources in _SOURCES.items()
}
# A kind is looked for only where one of its words stands: nearly all texts have none, and are read in microseconds.
_TRIGGERS: dict[InstructionKind, tuple[str, ...]] = {
    "override": (
        *("ignor", "disregard", "forget", "overrid", "overrul", "bypass", "discard", "neglect", "circumvent", "erase"),
        *("stop following", "not follow", "instructions", "vergiss", "missachte", "oublie", "olvida", "descarta"),
        *("esqueça", "dimentica", "забудь", "игнорируй", "忽略", "无视", "忘记", "無視", "忘れ"),
    ),
    "role": (
        *(
            "from now on",
            "from this ",
            "act as",
            "act like",
            "behave ",
            "respond ",
            "answer ",
            "reply ",
            "speak ",
            "pretend",
        ),
        *("operate ", "function ", "imagin", "simulat", "you are ", "you're ", "you will ", "you'll ", "you must "),
        *("i want you", "the role", "persona", " mode", "do anything now", "character"),
    ),
    "prompt_leak": ("prompt", "instructions", "configuration", "directive", "above this"),
    "refusal_ban": (
        *(
            "refus",
            "apologi",
            "disclaimer",
            "moraliz",
            "sorry",
            "as an ai",
            "say no",
            "restriction",
            "filter",
            "censor",
        ),
        *("ethic", "moral", "legality", "guardrail", "limitation", "consequence", "unrestricted", "jailb", "unhinged"),
        *("begin ", "start ", "prefix ", "preface ", "illegal", "harmful", "inappropriate", "dangerous"),
    ),
    "answer_control": (
        *("answer", "respon", "reply", "replies", "output", "completion", "summary", "just say", "just print"),
    ),
    "code_insertion": ("```",),
    "delimiter": (
        "<|",
        "[inst",
        "[/inst",
        "<sys>",
        "<<",
        "system",
        "assistant",
        "developer",
        "<pass",
        "</pass",
        "user_input",
        "admin",
    ),
    "hidden_text": (),
}

_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
# Letters of other alphabets that look like Latin ones; they are read as those where they stand beside Latin letters.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁΑΒΕΗΙΚΜΝΟΡΤΧαου", "aeopcyxijsdABEHIKMNOPTXaou")
_MIXED_WORD = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[\u0370-\u052f])\w+\b")


def find_instructions(text: str) -> list[InstructionLike]:
    """All places, in the order of the text."""
    text = text[:MAX_CHARS]
    plain, origin = _readable(text)
    found = [InstructionLike("hidden_text", *match.span()) for match in _hidden(text)]
    lowered = plain.lower()
    for kind, triggers in _TRIGGERS.items():
        if any(trigger in lowered for trigger in triggers):
            found += [
                InstructionLike(kind, origin(match.start()), origin(match.end()))
                for match in _PATTERNS[kind].finditer(plain)
            ]
    return sorted(found, key=lambda item: (item.start, item.end))


def _hidden(text: str) -> Iterator[re.Match[str]]:
    return iter(()) if text.isascii() else _PATTERNS["hidden_text"].finditer(text)


def _readable(text: str) -> tuple[str, Callable[[int], int]]:
    """The text as a reader sees it, and where its characters stood: without zero-width characters, in plain letters."""
    if text.isascii():
        return text, lambda index: index
    kept: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        if not _ZERO_WIDTH.match(char):
            shown = unicodedata.normalize("NFKC", char)
            kept.append(shown)
            places.extend([index] * len(shown))
    places.append(len(text))
    plain = _MIXED_WORD.sub(lambda word: word.group().translate(_LOOKALIKES), "".join(kept).replace("’", "'"))
    return plain, places.__getitem__
