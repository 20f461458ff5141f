#include "reports/render/html.hpp"

namespace proberen::render {

const char* const kStyleSheet = R"css(
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --faint: #59636e; --line: #d1d9e0; --box: #f3f5f7;
  --pass: #116329; --fail: #b31d28; --warn: #8a5300; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0f1318; --faint: #9aa4ae; --line: #343c46; --box: #181e25;
    --pass: #56d364; --fail: #ff7b72; --warn: #e3b341; --accent: #6cb6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.2rem; margin: 0; font-weight: 600; color: var(--faint); }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
h4 { font-size: .95rem; margin: 1rem 0 .2rem; font-weight: 600; }
a { color: var(--accent); }
nav a { margin-right: 1rem; }
.verdict { border: 2px solid; border-radius: 6px; padding: .8rem 1.1rem; margin: .6rem 0 1rem; }
.verdict strong { font-size: 1.7rem; display: block; line-height: 1.3; }
.verdict span { color: var(--ink); }
.pass { color: var(--pass); } .fail { color: var(--fail); } .warn { color: var(--warn); } .skip { color: var(--faint); }
.how, .cut, .faint { color: var(--faint); font-size: .87rem; }
.cut { font-style: italic; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
table.wide { width: 100%; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--box); }
td.how-cell { min-width: 9rem; }
pre, code { font: 13px/1.45 ui-monospace, monospace; background: var(--box); border-radius: 4px; }
pre { padding: .5rem .7rem; margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; } code { padding: .1rem .25rem; }
article { border-left: 4px solid var(--fail); padding: .1rem 0 .1rem 1rem; margin: 1.2rem 0; }
article h3 { margin-top: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
table.lanes { font: 13px/1.4 ui-monospace, monospace; margin: .3rem 0; }
table.lanes td { border-style: dotted; padding: .15rem .6rem; }
table.lanes td.call { border: 1.5px solid var(--accent); background: var(--box); }
table.lanes td.pending { border-bottom-style: dashed; }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: var(--ink); margin: .3rem 0 .8rem; }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .range { stroke: var(--faint); stroke-width: 6; stroke-linecap: butt; }
svg .own .range { stroke: var(--accent); }
svg .median { stroke: var(--ink); stroke-width: 2.5; }
svg .dots { stroke: var(--ink); stroke-width: 4; stroke-linecap: round; opacity: .3; fill: none; }
svg .quiet { fill: var(--faint); }
@media print { body { max-width: none; } details { display: block; } }
)css";

}  // namespace proberen::render
