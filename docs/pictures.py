"""Make the files of `pictures.md` from the code on that page: `python docs/pictures.py`."""

import ast
import linecache
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE / "pictures.md"
STEP = re.compile(r"```python\n(.*?)```(?:\n\n!\[[^\]]*\]\(([^)]+)\))?", re.DOTALL)


def pictures():
    """(file, picture) for each picture of the page, its code run from the top."""
    scope = {"__name__": "__main__"}
    for number, (code, file) in enumerate(STEP.findall(PAGE.read_text(encoding="utf-8"))):
        name = f"<pictures.md, {number}>"
        linecache.cache[name] = len(code), None, code.splitlines(keepends=True), name
        body = ast.parse(code).body
        if file and isinstance(body[-1], ast.With):
            body[-1].items[0].optional_vars = ast.Name("seen", ast.Store())
            body.append(ast.parse("seen.picture").body[0])
        last = body.pop() if file else None
        tree = ast.fix_missing_locations(ast.Module(body, []))
        exec(compile(tree, name, "exec"), scope)
        if last:
            yield HERE / file, eval(compile(ast.Expression(last.value), name, "eval"), scope)


if __name__ == "__main__":
    for path, picture in pictures():
        picture.save(path)
