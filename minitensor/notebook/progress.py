"""How far the student is: a mark for each question of a chapter."""

import html

from .answers import ANSWERS, Answer, chapter_of

AT_FIRST, LATER, TRIED, OPEN = "●", "◐", "◌", "○"
LEGEND = {
    AT_FIRST: "right at the first try",
    LATER: "right later",
    TRIED: "answered, not right yet",
    OPEN: "open",
}
NOUNS = {"prediction": "predictions committed", "exercise": "exercises solved"}


def progress(chapter=None):
    """What is done of a chapter's predictions and exercises, or of all that was asked or answered.

    The totals are those of the questions that this session has asked: run the chapter first.

    >>> progress(4)
    Chapter 4
      nothing asked yet: run the chapter's cells first
    """
    return Progress(chapter)


class Progress:
    """The marks as they were when `progress` was called; shows itself as text and as HTML."""

    def __init__(self, chapter=None):
        self.given = ANSWERS.given()
        self.trouble = ANSWERS.trouble
        self.asked = dict(ANSWERS.asked)
        found = {chapter_of(name) for name in [*self.asked, *self.given]} - {None}
        self.chapters = sorted(found) if chapter is None else [chapter]

    def rows(self, chapter):
        """(noun, marks, done, of how many, exercises not done) of each kind of question."""
        rows = []
        for kind, noun in NOUNS.items():
            names = [
                n for n, q in self.asked.items() if q.kind == kind and chapter_of(n) == chapter
            ]
            if names:
                done = [name for name in names if self._is_done(kind, name)]
                left = [n.partition(".")[2] for n in names if n not in done and kind == "exercise"]
                rows.append((noun, "".join(map(self._mark, names)), len(done), len(names), left))
        return rows

    def _is_done(self, kind, name):
        answer = self.given.get(name, Answer())
        return answer.right is not None or (kind == "prediction" and bool(answer.wrong))

    def _mark(self, name):
        answer = self.given.get(name, Answer())
        if answer.right is None:
            return TRIED if answer.wrong else OPEN
        return AT_FIRST if answer.at_first else LATER

    def _elsewhere(self, chapter):
        """What there is to say where this session asked nothing of the chapter."""
        count = sum(chapter_of(name) == chapter for name in self.given)
        if not count:
            return "nothing asked yet: run the chapter's cells first"
        return f"{count} answered in earlier sessions; run the chapter's cells to see of how many"

    def __repr__(self):
        lines = []
        for chapter in self.chapters:
            lines.append(f"Chapter {chapter}")
            rows = self.rows(chapter)
            for noun, marks, done, total, left in rows:
                lines.append(f"  {marks}  {done} of {total} {noun}{_open(left)}")
            if not rows:
                lines.append(f"  {self._elsewhere(chapter)}")
        return "\n".join([*lines, *self._notes()] or ["Nothing asked or answered yet."])

    def _notes(self):
        marks = {mark for chapter in self.chapters for row in self.rows(chapter) for mark in row[1]}
        legend = [f"{mark} {meaning}" for mark, meaning in LEGEND.items() if mark in marks]
        return [f"  {'   '.join(legend)}"] * bool(legend) + [self.trouble] * bool(self.trouble)

    def _repr_html_(self):
        parts = []
        for chapter in self.chapters:
            rows = self.rows(chapter)
            lines = [f"<b>Chapter {chapter}</b>", *map(_row_html, rows)]
            lines += [self._elsewhere(chapter)] * (not rows)
            parts.append("<br>".join(lines))
        parts += [f"<small>{html.escape(note.strip())}</small>" for note in self._notes()]
        whole = "".join(f"<p>{part}</p>" for part in parts)
        return f"<div>{whole or '<p>Nothing asked or answered yet.</p>'}</div>"


def _row_html(row):
    noun, marks, done, total, left = row
    marks = f'<span aria-hidden="true" style="letter-spacing:3px">{marks}</span>'
    return f"{marks} {done} of {total} {noun}{html.escape(_open(left))}"


def _open(left):
    return f"; open: {', '.join(left)}" if left else ""
