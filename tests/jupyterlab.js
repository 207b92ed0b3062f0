// What the browser tests ask of a JupyterLab page (server option: expose_app_in_browser).

const SHAPES = "polygon, ellipse, circle, rect, path";

function panel() {
  return window.jupyterapp.shell.currentWidget;
}

// JupyterLab calls itself idle before it has a kernel, so each of these is waited for.
async function ready() {
  await window.jupyterapp.restored;
  await panel().context.ready;
  await panel().sessionContext.ready;
  await panel().sessionContext.session.kernel.info;
}

async function runAll() {
  await window.jupyterapp.commands.execute("notebook:run-all-cells");
}

async function shutDown() {
  await panel().sessionContext.shutdown();
}

// Every cell is trusted from now on, and draws its outputs again.
function trust() {
  for (const { model } of panel().content.widgets) model.trusted = true;
}

function changeTheme(theme) {
  return window.jupyterapp.commands.execute("apputils:change-theme", { theme });
}

// The code cells as they are now, outputs included.
function codeCells() {
  const cells = panel().content.widgets.map((widget) => widget.model.toJSON());
  return cells.filter((cell) => cell.cell_type === "code");
}

// How many pixels of the notebook's height are out of sight.
function hidden() {
  const outer = document.querySelector(".jp-WindowedPanel-outer");
  return outer.scrollHeight - outer.clientHeight;
}

// Every picture: its size, and for each of its texts the colours of the ink and of the paper.
function pictures() {
  const found = document.querySelectorAll(".jp-OutputArea-output svg:not(svg svg)");
  return Array.from(found).map((svg) => ({
    width: svg.getBoundingClientRect().width,
    height: svg.getBoundingClientRect().height,
    texts: Array.from(svg.querySelectorAll("text")).map((text) => {
      const paper = behind(text, svg);
      return { text: text.textContent, ink: over(getComputedStyle(text), paper), paper };
    }),
  }));
}

function behind(text, svg) {
  text.scrollIntoView({ block: "center" });
  const { x, y, width, height } = text.getBoundingClientRect();
  const stack = document.elementsFromPoint(x + width / 2, y + height / 2);
  const page = document.querySelector(".jp-NotebookPanel-notebook");
  return stack
    .filter((element) => svg.contains(element) && element.matches(SHAPES))
    .map((shape) => getComputedStyle(shape))
    .reduceRight((below, style) => over(style, below), color(getComputedStyle(page).backgroundColor));
}

// The colour of a fill on what lies below it.
function over(style, below) {
  const [red, green, blue, alpha = 1] = style.fill === "none" ? [0, 0, 0, 0] : color(style.fill);
  const share = alpha * style.fillOpacity * style.opacity;
  return [red, green, blue].map((part, i) => share * part + (1 - share) * below[i]);
}

function color(text) {
  return text.match(/[\d.]+/g).map(Number);
}

window.kit = { ready, runAll, shutDown, trust, changeTheme, codeCells, hidden, pictures };
