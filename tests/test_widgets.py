"""The widgets without a browser: what their models know, and what is left of them in print."""

# ruff: noqa: RUF059 (a stepper finds the names of all that is unpacked)
import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

import minitensor
from minitensor import notebook
from minitensor.notebook import widgets
from minitensor.notebook.widgets.models.accumulation import AccumulationLab
from minitensor.notebook.widgets.models.derivative import HIGH, TOP, DerivativeExplorer
from minitensor.notebook.widgets.models.in_place import OPS, STARTS, USES, InPlaceLab
from minitensor.notebook.widgets.models.library import library_in, library_of
from minitensor.notebook.widgets.models.sharing import CALLS, SharingLab
from minitensor.notebook.widgets.models.steps import Stepper
from minitensor.notebook.widgets.models.strides import PRESETS, StrideExplorer

FOLDER = Path(notebook.__file__).parent / "widgets"
LIBRARIES = [minitensor]
try:
    import torch as real_torch
except ImportError:
    real_torch = None
else:
    LIBRARIES.append(real_torch)


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.__name__)
def torch(request):
    return request.param


def step_through(output, **options):
    return Stepper(output, sys._getframe(1), **options)


def product(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, -1.0], requires_grad=True)
    h = x * w
    return x, w, h, (h * h).sum()


def headlines(model):
    found = []
    for at in range(len(model.steps)):
        model.go(at)
        found.append(model.facts()[0][1])
    return found


class TestStepper:
    def test_goes_from_the_output_to_the_leaves(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        model.keep(True)
        first = headlines(model)[1:7]
        assert [line.partition(",")[0].partition(" adds")[0] for line in first] == [
            "backward() starts at y with gradient 1.",
            "SumBackward0",
            "MulBackward0",
            "MulBackward0",
            "AccumulateGrad",
            "AccumulateGrad",
        ]

    def test_adds_up_at_a_fork(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        model.go(3)
        assert ("To h", "[3., -2.], added to [3., -2.] that had arrived there: [6., -4.]") in (
            model.facts()
        )

    def test_sends_what_backward_sends(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        arrived = {model.name(s.box): s.grad[1] for s in model.steps if s.kind == "leaf"}
        y.backward()
        assert arrived["x"].tolist() == x.grad.tolist()
        assert arrived["w"].tolist() == w.grad.tolist()

    def test_undoes_broadcasting(self, torch):
        b = torch.tensor([2.0], requires_grad=True)
        a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        model = step_through((a * b).sum())
        (step,) = [s for s in model.steps if s.kind == "leaf" and s.box.tensor is b][:1]
        assert step.grad[1].tolist() == [6.0]
        assert "summed from [3] to [1]: it had been broadcast" in model.text()

    def test_leaves_everything_as_it_was(self, torch):
        x, w, h, y = product(torch)
        h.retain_grad()
        y.backward(retain_graph=True)
        before = x.grad, h.grad
        values = x.grad.tolist(), h.grad.tolist()
        step_through(y).picture()
        assert x.grad is before[0] and h.grad is before[1]
        assert (x.grad.tolist(), h.grad.tolist()) == values
        y.backward()  # nothing had been freed
        assert x.grad.tolist() == [2 * value for value in values[0]]

    def test_its_hooks_are_gone_afterwards(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        seen = len(model._visits)
        model._visits.clear()
        y.backward()
        assert seen == 3 and not model._visits

    def test_second_pass_raises_what_pytorch_raises(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        model.go(len(model.steps))
        assert model.step.kind == "error"
        y.backward()
        with pytest.raises(RuntimeError) as caught:
            y.backward()
        assert str(caught.value) in model.facts()[1][1]

    def test_buffers_are_freed_behind_it(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        freed = []
        for at in range(5):
            model.go(at)
            freed.append(len(model.freed()))
        assert freed == [0, 0, 0, 1, 2]
        model.keep(True)
        assert not model.freed()

    def test_second_pass_accumulates_with_retain_graph(self, torch):
        x, w, h, y = product(torch)
        model = step_through(y)
        model.keep(True)
        model.go(len(model.steps))
        y.backward(retain_graph=True)
        y.backward()
        assert model.step.grad[1].tolist() == w.grad.tolist()
        assert model.code() == ["y.backward(retain_graph=True)"] * 2

    def test_what_saved_nothing_runs_twice(self, torch):
        x = torch.ones(2, requires_grad=True)
        y = (x + 1).sum()
        assert all(step.kind != "error" for step in step_through(y).steps)

    def test_a_hook_that_changes_a_gradient_is_seen(self, torch):
        x = torch.ones(2, requires_grad=True)
        x.register_hook(lambda grad: grad * 10)
        y = x.sum()
        leaf = next(s for s in step_through(y).steps if s.kind == "leaf")
        assert leaf.grad[1].tolist() == [10.0, 10.0]

    def test_custom_function(self, torch):
        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * 2

        x = torch.ones(2, requires_grad=True)
        assert "x.grad = [2., 2.]" in step_through(Double.apply(x).sum()).text()

    def test_trouble_becomes_words(self, torch):
        x, w, h, y = product(torch)
        assert "grad can be implicitly created only for scalar" in step_through(h).text()
        assert step_through(h, gradient=torch.ones(2)).problem == ""
        y.backward()
        freed = step_through(y)
        assert "a second time" in freed.problem
        assert freed.picture().svg and freed.still().text
        assert "does not require grad" in step_through(torch.ones(())).problem

    @pytest.mark.parametrize("count", [1, 1000, 10_000])
    def test_any_size(self, torch, count):
        y = x = torch.tensor(1.0, requires_grad=True)
        for _ in range(count):
            y = y + 1
        model = step_through(y, limit=50)
        assert bool(model.left_out) == (count > 50)
        for at in (1, 20, len(model.steps)):
            model.go(at)
            assert model.picture().svg
        del x, y

    @pytest.mark.parametrize(
        "values", [[], [float("nan")], [1e38, float("inf")], [[1.0] * 300] * 3, 2.0]
    )
    def test_any_values(self, torch, values):
        ünï_数 = torch.tensor(values, requires_grad=True)
        model = step_through((ünï_数 * 2).sum())
        model.go(len(model.steps))
        ET.fromstring(model.picture().svg)
        assert "ünï_数" in model.text()

    def test_order_is_that_of_the_engine(self, torch):
        x = torch.tensor(2.0, requires_grad=True)
        y = x.sin() * x.exp() + (x * x).cos()
        model = step_through(y)
        order = []
        nodes = [y.grad_fn]
        for node in nodes:
            nodes += [n for n, _ in node.next_functions if n is not None and n not in nodes]
        for node in nodes:
            node.register_prehook(lambda grads, node=node: order.append(node))
        y.backward()
        ran = [s.box.node for s in model.steps if s.kind == "op" and s.turn == 1]
        assert ran[:6] == [node for node in order if "Accumulate" not in node.name()]


class TestAccumulationLab:
    def test_clicks_do_what_their_code_does(self, torch):
        lab = AccumulationLab(torch)
        for action in ("backward", "backward", "update", "zero", "none", "backward"):
            lab.press(action)
        names = {"torch": torch}
        exec("\n".join(lab.code()), names)
        assert names["x"].tolist() == lab.program.names["x"].tolist()
        assert names["x"].grad.tolist() == lab.program.names["x"].grad.tolist()

    def test_each_backward_is_a_block(self, torch):
        lab = AccumulationLab(torch)
        lab.press("backward")
        lab.press("backward")
        assert lab.history[-1].grad == (12.0, -8.0)
        assert lab.history[-1].parts == ((6.0, -4.0), (6.0, -4.0))
        lab.press("zero")
        assert (lab.history[-1].grad, lab.history[-1].parts) == ((0.0, 0.0), ())

    @pytest.mark.parametrize("action, kind", [("zero", "AttributeError"), ("update", "TypeError")])
    def test_errors_are_words(self, torch, action, kind):
        lab = AccumulationLab(torch)
        lab.press(action)
        assert lab.facts()[-1][1].startswith(kind)
        assert lab.code()[-1].endswith("# raises")

    def test_a_loss_of_the_student_may_raise_anything(self, torch):
        lab = AccumulationLab(torch, lambda x: {}["missing"])
        assert dict(lab.facts())["loss"] == "KeyError: 'missing'"
        lab.press("backward")
        assert lab.facts()[-1] == ("Error", "KeyError: 'missing'")
        ET.fromstring(lab.picture().svg)

    def test_own_function_and_tensor_stay_the_students(self, torch):
        def cost(x):
            return (x**3).sum()

        x = torch.tensor([2.0], requires_grad=True)
        lab = AccumulationLab(torch, cost, x)
        lab.press("backward")
        lab.press("update")
        assert lab.actions["backward"] == "cost(x).backward()"
        assert x.grad is None and x.tolist() == [2.0]
        assert lab.history[-1].grad == (12.0,)


class TestInPlaceLab:
    @pytest.mark.parametrize("start", STARTS)
    @pytest.mark.parametrize("use", USES)
    def test_says_what_running_the_code_shows(self, torch, start, use):
        lab = InPlaceLab(torch)
        for op in OPS:
            for twin in (False, True):
                for target in "xy":
                    lab.choose(start=start, use=use, op=op, twin=twin, target=target)
                    assert self.runs(torch, lab) == (lab.changed and not lab.failed)

    @staticmethod
    def runs(torch, lab):
        try:
            exec("\n".join(lab.code()), {"torch": torch})
        except RuntimeError:
            return False
        return True

    def test_a_changed_input_breaks_a_product_but_not_exp(self, torch):
        lab = InPlaceLab(torch)
        assert "modified by an inplace operation" in lab.failed
        assert lab.versions == (0, 1) and lab.same and lab.same_memory
        lab.choose(use="x.exp()")
        assert not lab.failed
        lab.choose(target="y")
        assert "modified by an inplace operation" in lab.failed
        lab.choose(twin=False)
        assert not lab.failed and not lab.same and not lab.same_memory

    def test_a_leaf_refuses(self, torch):
        lab = InPlaceLab(torch)
        lab.choose(start="a leaf that requires grad")
        assert "a leaf Variable that requires grad" in dict(lab.facts())["Refused"]


class TestSharingLab:
    SHARED = frozenset({
        "torch.from_numpy(a)", "torch.as_tensor(a)", "torch.Tensor(a) # float32", "a.numpy()",
        "a.detach()", "a.view(2, 3)", "a.reshape(2, 3)", "a.t()", "a[:3]", "a[0]", "a.contiguous()",
    })  # fmt: skip

    @pytest.mark.parametrize("call", CALLS)
    def test_knows_what_shares(self, torch, call):
        lab = SharingLab(torch, np)
        lab.choose(call)
        assert not lab.error
        assert lab.answer == ("shared" if call in self.SHARED else "copied")

    @pytest.mark.parametrize("written", "ab")
    def test_a_write_shows_it(self, torch, written):
        lab = SharingLab(torch, np)
        for call in CALLS:
            lab.choose(call)
            lab.predict("shared")
            lab.write(written)
            other = np.asarray(lab.program.names["b" if written == "a" else "a"]).ravel()
            assert (99.0 in other) == lab.shared
            assert lab.facts()[-1][1].endswith("both changed" if lab.shared else "did not change")

    def test_counts_first_answers(self):
        lab = SharingLab(minitensor, np)
        lab.predict("copied")
        lab.predict("shared")
        assert (lab.right, lab.asked) == (0, 1)
        assert "not this time" in lab.facts()[0][1]

    def test_the_answer_is_hidden_until_predicted(self):
        lab = SharingLab(minitensor, np)
        assert "tensor" not in lab.picture().text
        lab.predict("shared")
        assert "share block 1" in lab.picture().text


numbers = st.integers(0, 5)


class TestStrideExplorer:
    @hypothesis.given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), numbers)
    def test_visits_what_the_view_reads(self, size, stride, offset):
        model = StrideExplorer(minitensor)
        model.set(size=size, stride=stride, offset=offset)
        fits = not model.visits or max(model.visits) < 12
        assert bool(model.error) == (not fits)
        if fits:
            assert model.view.flatten().tolist() == [float(cell) for cell in model.visits]
        ET.fromstring(model.picture().svg)

    @pytest.mark.parametrize("preset", PRESETS)
    def test_view_and_contiguous(self, torch, preset):
        model = StrideExplorer(torch)
        size, stride, offset = PRESETS[preset]
        model.set(size=size, stride=stride, offset=offset)
        facts = dict(model.facts())
        try:
            model.view.view(-1)
        except RuntimeError:
            assert facts["view(-1)"].startswith("✗ RuntimeError: view size is not compatible")
        else:
            assert facts["view(-1)"].startswith("✓")
        copied = model.view.contiguous().data_ptr() != model.view.data_ptr()
        assert facts["contiguous()"].startswith("copies") == copied

    def test_starts_from_the_students_view(self, torch):
        x = torch.arange(12.0).reshape(3, 4).t()[1:]
        model = StrideExplorer(torch, x)
        assert (model.size, model.stride, model.offset) == ((3, 3), (1, 4), 1)
        assert model.view.tolist() == x.tolist()

    def test_too_much_to_show(self, torch):
        with pytest.raises(ValueError, match="up to 2 dims"):
            notebook.stride_explorer(torch.ones(1, 1, 1))
        with pytest.raises(ValueError, match="1 to 16 cells"):
            notebook.stride_explorer(torch.ones(100))


class TestDerivativeExplorer:
    def test_slope_is_the_derivative(self, torch):
        model = DerivativeExplorer(torch, {"a": 3.0}, "a*x**2")
        model.move(1.5)
        assert (model.value, model.slope) == (6.75, 9.0)

    def test_the_height_of_the_point_is_that_of_its_mark(self, torch):
        model = DerivativeExplorer(torch, {}, "x**2", x=3.0)
        for x in (-4.0, 0.0, 2.5):
            model.move(x)
            (mark,) = ET.fromstring(model.picture().svg).iter("{http://www.w3.org/2000/svg}circle")
            assert float(mark.get("cy")) == pytest.approx(TOP + HIGH * model.height(), abs=0.06)
        model.type("x +")
        assert model.height() == 1

    def test_descent_goes_down(self, torch):
        model = DerivativeExplorer(torch, {}, "x**2", x=3.0)
        for _ in range(3):
            model.descend()
        assert model.x == pytest.approx(3 * 0.8**3)
        assert model.trail == pytest.approx([3, 2.4, 1.92])
        model.move(1.0)
        assert model.trail == []

    @pytest.mark.parametrize("late", [False, True])
    def test_the_browsers_echo_of_the_handle_does_not_move_the_point(self, late):
        widget = notebook.derivative_explorer("x**2", x=2.0, lr=0.1)
        # What Chromium answers when the slider is put on 1.6 and on 1.3.
        for echo in (1.5999999999999996, 1.2999999999999998):
            widget._descend()
            if not late:
                widget._x.value = echo
        if late:
            widget._x.value = 1.5999999999999996
            widget._x.value = 1.2999999999999998
        assert (widget.model.x, widget.model.trail) == (1.28, [2.0, 1.6])
        widget._x.value = 1.3500000000000005
        assert (widget.model.x, widget.model.trail) == (1.35, [])

    @pytest.mark.parametrize(
        "text, words",
        [
            ("x +", "SyntaxError"),
            ("unknown * x", "NameError: name 'unknown' is not defined"),
            ("3", "must give a tensor, not int"),
            ("torch.stack([x, x])", "only for scalar outputs"),
            ("1 / 0 * x", "ZeroDivisionError"),
            ("", "SyntaxError"),
        ],
    )
    def test_errors_are_words(self, torch, text, words):
        model = DerivativeExplorer(torch, {}, text)
        assert words in model.facts()[0][1]
        ET.fromstring(model.picture().svg)

    @pytest.mark.parametrize(
        "text", ["1/x", "log(x)", "x*0", "x**9", "exp(exp(x*x))", "x*float('nan')"]
    )
    def test_poles_and_gaps(self, torch, text):
        model = DerivativeExplorer(torch, {}, text, x=0.0)
        ET.fromstring(model.picture().svg)

    def test_names_of_the_student_are_only_read(self):
        variables = {"a": 2.0}
        DerivativeExplorer(minitensor, variables, "a*x")
        assert variables == {"a": 2.0}


def all_widgets(torch):
    x, w, h, y = product(torch)
    return [
        notebook.stepper(y),
        notebook.accumulation_lab(lambda x: (x**2).sum(), x),
        notebook.in_place_lab(),
        notebook.sharing_lab(),
        notebook.stride_explorer(torch.arange(6.0).reshape(2, 3)),
        notebook.derivative_explorer("x**2"),
    ]


def without_hints(text):
    return re.sub("\nHint: .*", "", text)


class TestPrint:
    def test_every_widget_has_a_still_form(self, torch):
        for widget in all_widgets(torch):
            bundle = widget._repr_mimebundle_()
            assert "application/vnd.jupyter.widget-view+json" in bundle
            root = ET.fromstring(bundle["text/html"]).find("svg")
            assert [child.tag for child in root[:2]] == ["title", "desc"]
            assert bundle["text/plain"] == repr(widget) != ""

    def test_is_the_same_in_every_run(self, torch):
        for one, other in zip(all_widgets(torch), all_widgets(torch), strict=True):
            for kind in ("text/plain", "text/html"):
                assert one._repr_mimebundle_()[kind] == other._repr_mimebundle_()[kind]

    @pytest.mark.skipif(real_torch is None, reason="PyTorch is not installed")
    def test_is_the_same_with_pytorch(self):
        for ours, theirs in zip(all_widgets(minitensor), all_widgets(real_torch), strict=True):
            assert without_hints(repr(ours)) == repr(theirs)
            ours, theirs = ours.model.picture(), theirs.model.picture()
            assert without_hints(ours.svg) == theirs.svg

    def test_controls_have_names(self):
        for widget in all_widgets(minitensor):
            for control in widgets_below(widget):
                if hasattr(control, "value") and "HTML" not in type(control).__name__:
                    assert control.description or control.layout.display == "none"
                if type(control).__name__ == "Button":
                    assert control.description and control.tooltip

    def test_an_error_is_shown_in_place(self):
        widget = notebook.stepper(product(minitensor)[-1])
        widget._do(lambda: 1 / 0)
        assert "ZeroDivisionError: division by zero" in widget._facts.value


def widgets_below(widget):
    for child in getattr(widget, "children", ()):
        yield child
        yield from widgets_below(child)


class TestLibrary:
    def test_that_of_the_tensor(self, torch):
        assert library_of(torch.ones(1)) is torch

    def test_what_the_caller_calls_torch(self, torch):
        assert library_in({"torch": torch}) is torch
        assert library_in({}) is minitensor
        assert library_in({"torch": 5}) is minitensor

    def test_wrong_arguments(self):
        with pytest.raises(TypeError, match="needs a tensor to call backward"):
            notebook.stepper(3)
        with pytest.raises(TypeError, match="a function of x"):
            notebook.accumulation_lab(3)
        with pytest.raises(TypeError, match="floating point"):
            notebook.accumulation_lab(None, minitensor.tensor([1]))
        with pytest.raises(TypeError, match="shows tensors"):
            notebook.stride_explorer([1])
        with pytest.raises(TypeError, match="a function or its text"):
            notebook.derivative_explorer(3)


class TestArchitecture:
    FILES = sorted(FOLDER.rglob("*.py"))

    def test_every_widget_can_be_had_from_the_package_above(self):
        assert widgets.__all__ == notebook.WIDGETS
        for name in notebook.WIDGETS:
            assert getattr(notebook, name) is getattr(widgets, name)
        with pytest.raises(AttributeError, match="'minitensor.notebook' has no attribute 'steper'"):
            notebook.steper  # noqa: B018

    def test_ipywidgets_is_imported_when_a_widget_is_asked_for(self):
        code = (
            "import sys, minitensor.notebook as n; print('ipywidgets' in sys.modules);"
            "n.stepper; print('ipywidgets' in sys.modules)"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert shown.stdout.split() == ["False", "True"], shown.stderr

    @pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
    def test_public_api_only_and_short(self, path):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""] if not node.level else []
                assert node.level < (4 if path.parent.name == "models" else 3)
            else:
                continue
            assert not {m.partition(".")[0] for m in modules} & {"minitensor", "torch"}
            assert path.parent.name != "models" or "ipywidgets" not in modules
