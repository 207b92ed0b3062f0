"""A prediction: a question, the student's commitment, and a reply to the belief behind it."""

import ast
import html
import re
import warnings

from ...answers import ANSWERS, LONGEST, Answer, chapter_of

RIGHT = "Right. Run the next cell and see it happen."
NUDGE = "Draw it on paper, or count it out, and commit again."
LAST = "One choice is left. Say why it must be that one, then commit to it."
RUN = "Run the next cell: it answers."
EMPTY = {True: "Choose an answer first.", False: "Type an answer first."}
COUNTED = "zero one two three four five six seven eight nine ten".split()
STRESSED = re.compile(r"(?<![\w*])\*(\w[^*]*)\*(?![\w*])")
NAMED = re.compile(r"^\s*\w[\w.]*\s*=(?!=)")  # such as "x.grad ="


class Prediction:
    """One question with its choices, or with the texts that are right; see `predict`."""

    kind = "prediction"

    def __init__(
        self, name, question, choices=None, *, answer=None, beliefs=None, hint=None, probes
    ):
        self.name, self.question, self.choices = name, question, choices
        self.accepted = [answer] if isinstance(answer, str) else list(answer or [])
        self.beliefs, self.hint, self.probes = beliefs or {}, hint, probes
        self._require_sense()
        self.given, self.is_right, self.reply = "", False, ""
        ANSWERS.ask(self)
        self._recall(ANSWERS.given().get(name, Answer()))

    def commit(self, text):
        """Commit to an answer: it is kept, and `reply` is what there is to say about it."""
        text = text if self.choices else tidy(text)
        if not text:
            self.reply = EMPTY[bool(self.choices)]
            return
        right, _ = self.judge(text)
        kept = ANSWERS.record(self.name, text, right)
        self._tell(text, len(kept.wrong))
        if ANSWERS.trouble:
            self.reply += f" ({ANSWERS.trouble})"

    def judge(self, text):
        """Whether the answer is right, and the reply to its belief if it is a foreseen wrong one."""
        if self.choices:
            belief = self.choices.get(text, "")
            return belief is True, "" if belief is True else belief
        if any(same(text, accepted) for accepted in self.accepted):
            return True, ""
        foreseen = (reply for belief, reply in self.beliefs.items() if same(text, belief))
        if reply := next(foreseen, ""):
            return False, reply
        values = text, NAMED.sub("", text)
        if any(alike(value, accepted) for value in values for accepted in self.accepted):
            return True, ""
        near = (r for b, r in self.beliefs.items() if any(alike(value, b) for value in values))
        return False, next(near, "")

    def wrong_answers(self):
        """The foreseen wrong answers with their replies."""
        if not self.choices:
            return self.beliefs
        return {choice: reply for choice, reply in self.choices.items() if reply is not True}

    def right_answers(self):
        """The choices, or the texts, that are right."""
        if not self.choices:
            return self.accepted
        return [choice for choice, reply in self.choices.items() if reply is True]

    def text(self):
        """The question as text; a form for pages and terminals without widgets."""
        lines = [f"Predict ({self.name}): {self.question}"]
        if self.choices:
            lines += [f"  ({'x' if c == self.given else ' '}) {c}" for c in self.choices]
        else:
            lines.append(f"  your answer: {self.given or '____'}")
        return "\n".join(lines + [f"  {self.reply}"] * bool(self.reply))

    def html(self):
        """The question as plain HTML, which takes its colors from the page."""
        if self.choices:
            shown = [f"<b>{code(c)}</b>" if c == self.given else code(c) for c in self.choices]
            form = "<ul>" + "".join(f"<li>{choice}</li>" for choice in shown) + "</ul>"
        else:
            form = f"<p>Your answer: {code(self.given) if self.given else '____'}</p>"
        reply = f"<p>{code(self.reply)}</p>" if self.reply else ""
        return f"<div><p><b>Predict.</b> {code(self.question)}</p>{form}{reply}</div>"

    def _recall(self, answer):
        """Show again what was committed in an earlier session, if it is still a choice."""
        given = answer.right or next(reversed(answer.wrong), "")
        if given and (not self.choices or given in self.choices):
            self._tell(given, len(answer.wrong))

    def _tell(self, text, level):
        self.given = text
        self.is_right, belief = self.judge(text)
        if self.is_right:
            self.reply = RIGHT
            return
        only_right_left = self.choices and level == len(self.choices) - 1
        hint = self.hint or (LAST if only_right_left else NUDGE)
        more = {1: "" if belief else hint, 2: hint}
        self.reply = f"{belief} {more.get(max(level, 1), RUN)}".strip()

    def _require_sense(self):
        replies = self.wrong_answers().values()
        faults = {
            f"the name {self.name!r} is not like '4.first'": chapter_of(self.name) is None,
            "give either choices or answer=": bool(self.choices) == bool(self.accepted),
            "choices must be two to four": self.choices and not 2 <= len(self.choices) <= 4,
            "no choice is True": self.choices and not self.right_answers(),
            "beliefs= goes with answer=; with choices, each has its reply": self.choices and self.beliefs,
            "every wrong answer needs a reply": not all(isinstance(r, str) and r for r in replies),
            "a belief is also an answer": not self.choices
            and any(self.judge(belief)[0] for belief in self.beliefs),
            "probes= must name the misconception": not self.probes,
        }  # fmt: skip
        for fault, present in faults.items():
            if present:
                raise ValueError(f"predict({self.name!r}): {fault}")


def tidy(text):
    """An answer as it is kept: a literal as Python prints it, anything else with single spaces.

    >>> tidy(" (2,3) "), tidy(chr(34) + "a" + chr(34)), tidy("an   error")
    ('(2, 3)', "'a'", 'an error')
    """
    text = text.strip()[:LONGEST]
    value = _literal(text.replace("`", ""))
    return " ".join(text.split()) if value is None else value


def same(one, other):
    """Whether two answers differ in white space, quotes or the spelling of a literal only.

    >>> same("(2,3)", "( 2, 3 )"), same(".50", "0.5"), same("tensor(3.0)", "tensor(3.)")
    (True, True, True)
    >>> same("3", "3.0"), same("(2, 3)", "[2, 3]")
    (False, False)
    """
    return _key(one) == _key(other)


def alike(one, other):
    """As `same`, with whole numbers equal to their floats and words: `alike("six", "6.0")`."""
    return _whole(_key(one)) == _whole(_key(other))


def code(text):
    """A text as HTML, with what stands between backticks as code, and a word in *stars* stressed."""
    parts = html.escape(text, quote=False).split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner is one
        parts[-2:] = ["`".join(parts[-2:])]
    said = [
        f"<code>{part}</code>" if i % 2 else STRESSED.sub(r"<em>\1</em>", part)
        for i, part in enumerate(parts)
    ]
    return "".join(said)


def _key(text):
    text = text.replace("`", "").strip()
    literal = _literal(text)
    if literal is not None:
        return literal
    bare = re.sub(r"\s", "", text).replace('"', "'").rstrip(".")
    return re.sub(r"(?<=\d\.)0+(?!\d)", "", bare)


def _whole(key):
    word = key.lower()
    number = str(COUNTED.index(word)) if word in COUNTED else key
    return re.sub(r"(?<=\d)\.0\b", "", number)


def _literal(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "invalid decimal literal"
            return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
