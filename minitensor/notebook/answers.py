"""What was asked in this session, and what the student answered, kept in a file of the student's own.

The file is `progress.json` beside the notebook, or what the environment variable MINITENSOR_PROGRESS
names; with `off` there is none. It can be read, edited, copied and thrown away:

    {"4.first": {"wrong": ["`3.0`"], "right": "`tensor(3.)`"}}
"""

import contextlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path.cwd()  # of a kernel that has just started: the notebook's folder
NAME = re.compile(r"(\d+)\.\w+")
LONGEST = 400  # characters of an answer that are kept


@dataclass
class Answer:
    """What a student answered to one question: the different wrong answers, then the right one."""

    wrong: list[str] = field(default_factory=list)
    right: str | None = None

    @property
    def at_first(self):
        """Whether the very first answer was right."""
        return self.right is not None and not self.wrong


class Answers:
    """The questions of this session and the answers of this and earlier ones."""

    def __init__(self):
        self.asked = {}  # name: question
        self.trouble = ""  # what is the matter with the file
        self._unfiled = {}  # the answers that are in no file, because there is none or it failed

    def ask(self, question):
        """Note that a question, which has a `name` and a `kind`, was put to the student.

        ValueError if a question of another kind has the name: their answers would be mixed up.
        """
        before = self.asked.get(question.name, question)
        if before.kind != question.kind:
            raise ValueError(
                f"the name {question.name!r} is taken by another question, of kind {before.kind}"
            )
        self.asked[question.name] = question

    def forget(self):
        """Begin a new session; the file stays as it is."""
        self.asked.clear()
        self._unfiled.clear()

    def given(self):
        """All answers by the question's name; empty if the file is broken, which `trouble` tells."""
        return {name: answer for name, entry in self._load().items() if (answer := _answer(entry))}

    def record(self, name, text, right):
        """Keep an answer; after a right one nothing more, and the same wrong one once.

        Returns the Answer with all that is kept under the name.
        """
        entries, text = self._load(), text[:LONGEST]
        answer = _answer(entries.get(name)) or Answer()
        if answer.right is not None or (not right and text in answer.wrong):
            return answer
        if right:
            answer.right = text
        else:
            answer.wrong.append(text)
        self._unfiled[name] = vars(answer)
        self._save(entries | self._unfiled)
        return answer

    def _load(self):
        path, filed = progress_file(), {}
        self.trouble = ""
        try:
            filed = read(path) if path else {}
        except (OSError, ValueError) as problem:
            self.trouble = f"{problem} Your next answer begins a new file; this one is put aside."
        return filed | self._unfiled

    def _save(self, entries):
        path = progress_file()
        if path is None:
            return
        aside = _free_name(path) if self.trouble else None
        written = path.with_name(f".{path.name}.{os.getpid()}")
        text = json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
        try:
            written.write_text(text, encoding="utf-8", errors="backslashreplace")
            if aside:
                path.replace(aside)
                self.trouble = f"{path.name} could not be read. It is now {aside.name}, and a new one was begun."
            written.replace(path)  # whole or not at all
            self._unfiled.clear()
        except OSError as problem:
            self.trouble = f"Your answer could not be kept in {path.name}: {problem.strerror}."
            with contextlib.suppress(OSError):
                written.unlink(missing_ok=True)


def progress_file():
    """The path of the student's file, or None where there is none."""
    name = os.environ.get("MINITENSOR_PROGRESS") or "progress.json"
    return None if name == "off" else HERE / Path(name).expanduser()


def read(path):
    """The entries of a progress file, {} if there is none; ValueError says why it cannot be read."""
    try:
        # Some editors on Windows begin a file with a byte order mark, which JSON does not know.
        entries = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}: {problem.msg}"
        raise ValueError(f"{path.name} cannot be read ({where}).") from None
    except (UnicodeDecodeError, RecursionError):
        raise ValueError(f"{path.name} cannot be read (it is no JSON text).") from None
    if not isinstance(entries, dict):
        raise ValueError(f"{path.name} cannot be read (it must hold one object, {{...}}).")
    return entries


def answers_in(path):
    """The answers in a progress file by the question's name; entries of another form are left out."""
    return {name: answer for name, entry in read(path).items() if (answer := _answer(entry))}


def chapter_of(name):
    """The chapter's number in a question's name, or None: `chapter_of("4.first")` is 4."""
    match = NAME.fullmatch(name)
    return int(match[1]) if match else None


def _answer(entry):
    """An entry of the file as an Answer, or None if an editor's hand has made it something else."""
    if not isinstance(entry, dict):
        return None
    wrong, right = entry.get("wrong", []), entry.get("right")
    if not isinstance(wrong, list) or not all(isinstance(text, str) for text in wrong):
        return None
    if not (right is None or isinstance(right, str)):
        return None
    return Answer(list(wrong), right)


def _free_name(path):
    names = (path.with_name(f"{path.stem}.broken{n or ''}{path.suffix}") for n in range(1000))
    return next(name for name in names if not name.exists())


ANSWERS = Answers()
