/// Readable on a phone, in print, in light and dark; colours as in `Palette`.
let pageStyle = """
  :root { --bg: #ffffff; --text: #1f2328; --muted: #59636e; --line: #dfe3e8; --band: #f4f6f8; --link: #125ed6;
    --pass: #1a7f5a; --fail: #c4321c; --open: #8a5f00; }
  @media screen and (prefers-color-scheme: dark) { :root { --bg: #0d1117; --text: #e6edf3; --muted: #9198a1; --line: #2a313a;
    --band: #161b22; --link: #70adfe; --pass: #3fb98a; --fail: #ff7b5f; --open: #e3b341; } }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 60rem; padding: 1rem clamp(.75rem, 3vw, 2rem) 4rem; background: var(--bg); color: var(--text);
    font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
  h1 { font-size: clamp(1.35rem, 4vw, 1.9rem); line-height: 1.25; margin: .2rem 0; }
  h2 { font-size: 1.2rem; line-height: 1.35; margin: 0 0 .5rem; }
  h3 { font-size: 1.02rem; margin: 1.6rem 0 .4rem; }
  h1, h2 { text-wrap: balance; }
  p { margin: .5rem 0; }
  .brand { color: var(--muted); letter-spacing: .04em; margin: 0; }
  .muted, .note { color: var(--muted); }
  .skip { position: absolute; left: -999px; }
  .skip:focus { left: 1rem; top: .5rem; background: var(--bg); padding: .4rem .7rem; border: 1px solid var(--line); }
  .small { font-size: .88rem; }
  .answers { display: grid; grid-template-columns: repeat(3, 1fr); gap: .7rem; margin: .9rem 0; }
  .answer { border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: .4rem; padding: .6rem .8rem; background: var(--band); }
  .answers { --tone: var(--open); }
  .answers.pass { --tone: var(--pass); } .answers.fail { --tone: var(--fail); }
  section .answers { color: var(--text); }
  .answer :is(h2, h3) { margin: 0; font-size: .85rem; font-weight: 600; color: var(--muted); }
  .answer p { margin: .15rem 0; }
  .answer .big { font-size: 1.35rem; line-height: 1.2; font-weight: 700; color: var(--tone); text-wrap: balance; overflow-wrap: normal; }
  .answer .detail { font-size: .9rem; line-height: 1.4; }
  .answer.next { grid-column: 1 / -1; }
  .answer pre { background: var(--bg); padding: .4rem .7rem; margin: .35rem 0 .1rem; }
  .time { white-space: nowrap; font-weight: 600; }
  .example { display: grid; grid-template-columns: 1fr 1fr; gap: .7rem; margin: .9rem 0; align-items: stretch; }
  .example pre { margin: 0; } .example figcaption { grid-column: 1 / -1; }
  .example dl { margin: 0; display: grid; gap: .5rem; align-content: center; }
  .example dt { color: var(--muted); font-size: .85rem; }
  .example dd { margin: 0; font-size: 1.1rem; font-weight: 600; }
  .alone { border-top: 0; padding-top: 0; margin-top: 0; }
  .summary td.prose { white-space: normal; min-width: 16rem; }
  .words { columns: 2; column-gap: 2rem; margin: 0; }
  .words div { break-inside: avoid; margin-bottom: .5rem; }
  .words dt { font-weight: 600; } .words dd { margin: 0; color: var(--muted); }
  .lost > summary h3 { display: inline; }
  @media screen and (max-width: 40rem) {
    .answers { grid-template-columns: 1fr; gap: .4rem; margin: .5rem 0; }
    .answer { border-top: 1px solid var(--line); border-left: 4px solid var(--tone); padding: .35rem .6rem; }
    .answer:not(.next) { display: grid; grid-template-columns: auto 1fr; column-gap: .7rem; align-items: baseline; }
    .answer :is(h2, h3) { white-space: nowrap; } .answer .big { font-size: 1.05rem; margin: 0; } .answer .detail { grid-column: 1 / -1; margin: 0; } .answer .detail, .answer.next p { font-size: .85rem; }
    .example { grid-template-columns: 1fr; } .example dl { grid-template-columns: 1fr 1fr; } .words { columns: 1; }
    h1 { font-size: 1.15rem; } .brand, .small { font-size: .8rem; } .brand { display: none; }
    .machine, .summary :is(th, td):nth-child(n + 4) { display: none; }
    .example { margin: .5rem 0; gap: .4rem; } .example pre { padding: .35rem .6rem; max-height: none; }
  }
  section { margin-top: 2.2rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
  .badge { display: inline-block; padding: .08em .55em; border-radius: .35em; border: 2px solid currentColor; font-weight: 700;
    font-size: .85em; letter-spacing: .02em; overflow-wrap: normal; }
  .pass { color: var(--pass); } .fail, .regression { color: var(--fail); }
  .inconclusive, .not-gateable { color: var(--open); } .uninformative { color: var(--muted); }
  .word { font-weight: 600; }
  .sentence { font-size: 1.06rem; }
  /* A plot's own margin is 16 of its 880 units: its texts begin where the page's do. */
  figure.plot { margin: 1.2rem -1.8%; overflow-x: auto; }
  figure.plot svg { width: 100%; }
  .narrow { display: none; }
  @media screen and (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
    overflow-wrap: normal; }
  thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
  tbody th { font-weight: 500; }
  td { white-space: nowrap; }
  .facts td { white-space: normal; overflow-wrap: anywhere; }
  details { margin: .5rem 0; }
  summary { cursor: pointer; }
  a, summary:hover { color: var(--link); }
  :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
  pre { background: var(--band); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem; margin: .5rem 0;
    white-space: pre-wrap; font: .86rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
  .filter { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; margin: .8rem 0; }
  .filter label { display: grid; gap: .15rem; color: var(--muted); font-size: .88rem; }
  .filter input, .filter select { font: inherit; color: var(--text); background: var(--bg); border: 1px solid var(--muted);
    border-radius: .35rem; padding: 0 .5rem; height: 2.2rem; min-width: min(15rem, 80vw); }
  .filter output { line-height: 2.2rem; }
  .flips { list-style: none; padding: 0; margin: 0; }
  @media screen { .flips { max-height: 34rem; overflow-y: auto; border-block: 1px solid var(--line); } }
  .flips > li { border-bottom: 1px solid var(--line); }
  .flips > li.group { font-weight: 700; padding: .5rem 0 .2rem; }
  .flips .muted { white-space: nowrap; }
  .task { font-weight: 600; }
  .advice { border-left: 3px solid var(--line); padding-left: .9rem; margin: 1rem 0; }
  [hidden] { display: none; }
  @media print { .summary td.prose { min-width: 0; } .filter, .skip { display: none; } body { max-width: none; } table { font-size: .73rem; }
    th, td { padding-right: .4rem; } .summary :is(th, td) { white-space: normal; min-width: 0; }
    figure, pre, tr, .advice, .flips > li { break-inside: avoid; } h1, h2, h3, .sentence, summary { break-after: avoid; }
    .flips > li:nth-child(n + 22 of :not([hidden])), .flips > li:nth-child(21 of :not([hidden])) > * { display: none; }
    .flips > li:nth-child(21 of :not([hidden]))::after { content: "The others are left out on paper."; } }
  """
