/// report.html. Double braces escape for HTML; triple ones hold our own SVG, style and script only.
let pageTemplate = """
  <!DOCTYPE html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Holdfast gate: {{outcome}}</title>
  <style>{{{style}}}</style>
  </head>
  <body>
  <a class="skip" href="#main">Skip to the verdicts</a>
  <header>
  <p class="brand">Holdfast gate: does it still learn from examples?</p>
  <h1><span class="badge {{state}}">{{outcome}}</span> {{title}}</h1>
  <p class="muted small">Against {{base}}{{storage}} · {{provenance}}<span class="machine"> · {{machine}}</span>{{#run}} · <a href="{{address}}">CI run</a>{{/run}}</p>
  </header>
  <main id="main">
  {{#summary}}
  {{#selection}}<p>{{.}}.</p>{{/selection}}
  <div class="scroll" tabindex="0" role="region" aria-label="All candidates"><table class="summary">
  <thead><tr><th scope="col">verdict</th><th scope="col">candidate</th><th scope="col">how bad</th><th scope="col">what is shown</th>
  <th scope="col">what now</th></tr></thead>
  <tbody>{{#rows}}<tr><td><span class="badge {{state}}">{{outcome}}</span></td><th scope="row"><a href="#{{id}}">{{path}}</a></th>
  <td>{{lost}}</td><td>{{bound}}</td><td class="prose">{{next}}</td></tr>
  {{/rows}}</tbody>
  </table></div>
  {{/summary}}
  {{#candidates}}
  <section class="candidate{{#isAlone}} alone{{/isAlone}}" id="{{id}}" aria-label="The verdict on {{path}}">
  {{^isAlone}}
  <h2><span class="badge {{state}}">{{outcome}}</span> {{#parts}}{{^first()}}/<wbr>{{/first()}}{{part}}{{/parts}}</h2>
  {{/isAlone}}
  <div class="answers {{state}}">
  {{#answers}}
  <div class="answer">{{#isAlone}}<h2>{{question}}</h2>{{/isAlone}}{{^isAlone}}<h3>{{question}}</h3>{{/isAlone}}<p class="big">{{answer}}</p><p class="detail">{{detail}}</p></div>
  {{/answers}}
  {{#next}}
  <div class="answer next">{{#isAlone}}<h2>What now?</h2>{{/isAlone}}{{^isAlone}}<h3>What now?</h3>{{/isAlone}}<p>{{why}}{{#time}} <span class="time">About {{text}}.</span>{{/time}}</p>
  {{#command}}<pre tabindex="0"><code>{{line}}</code></pre>{{/command}}</div>
  {{/next}}
  </div>
  {{#example}}
  <figure class="example" aria-label="One answer that was lost">
  <pre tabindex="0">{{prompt}}</pre>
  <dl><div><dt>The base answers</dt><dd class="pass">{{base}}</dd></div><div><dt>This one answers</dt><dd class="fail">{{candidate}}</dd></div></dl>
  <figcaption class="muted small">One of {{lost}} answers that were lost; {{won}} were won.</figcaption>
  </figure>
  {{/example}}
  {{#forest}}
  <figure class="plot wide" tabindex="0" aria-label="What was lost">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="What was lost">{{{narrow}}}</figure>
  <p class="muted small"><a href="#words">What do these words mean?</a></p>
  {{/forest}}
  <details{{#isRefused}} open{{/isRefused}}><summary>The verdict in one sentence</summary><p class="sentence"><span class="muted">{{path}}</span><br>{{sentence}}</p></details>
  {{#diagnosis}}
  <h3>Why</h3>
  <p>{{text}}</p>
  <details><summary>Controls: base and candidate</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Controls"><table>
  <thead><tr><th scope="col">control</th><th scope="col">base</th><th scope="col">candidate</th></tr></thead>
  <tbody>{{#rows}}<tr><th scope="row">{{name}}</th><td>{{base}}</td><td>{{candidate}}</td></tr>{{/rows}}</tbody>
  </table></div>
  <p class="muted">In percent, over {{tasks}}; tasks weigh equally, and nothing here votes.</p>
  </details>
  {{#hasParts}}
  <details><summary>Exact match where one part of the fine-tuning is taken back</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Parts of the fine-tuning"><table>
  <thead><tr><th scope="col">part</th><th scope="col">exact match</th></tr></thead>
  <tbody>{{#parts}}<tr><th scope="row">{{name}}</th><td>{{exactMatch}}</td></tr>{{/parts}}</tbody>
  </table></div>
  <p class="muted">Base {{ofBase}}, candidate {{ofCandidate}}, on the same {{items}} items.</p>
  </details>
  {{/hasParts}}
  {{#modules}}
  <details><summary>Kinds of modules over all layers: taken back, and alone</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Kinds of modules"><table>
  <thead><tr><th scope="col">modules</th><th scope="col">exact match without</th><th scope="col">comes back</th><th scope="col">causes alone</th></tr></thead>
  <tbody>{{#rows}}<tr><th scope="row">{{name}}</th><td>{{exactMatch}}</td><td>{{back}}</td><td>{{alone}}</td></tr>{{/rows}}</tbody>
  </table></div>
  <p class="muted">Shares of the loss of p(gold answer) with 95 % intervals, clustered by block.</p>
  </details>
  {{/modules}}
  {{#cells}}
  {{#map}}
  <figure class="plot wide" tabindex="0" aria-label="Where the loss sits">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="Where the loss sits">{{{narrow}}}</figure>
  {{/map}}
  <p>{{spread}}</p>
  <details><summary>The cells that bring back most, and what is in no cell</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Cells"><table>
  <thead><tr><th scope="col">cell</th><th scope="col">comes back</th><th scope="col">causes alone</th></tr></thead>
  <tbody>{{#top}}<tr><th scope="row">{{name}}</th><td>{{back}}</td><td>{{alone}}</td></tr>{{/top}}{{#rest}}<tr><th scope="row">{{name}}</th><td>{{back}}</td><td>{{alone}}</td></tr>{{/rest}}</tbody>
  </table></div>
  <p class="muted">p(gold answer) of the base {{ofBase}}, of the candidate {{ofCandidate}} %, on the same {{items}} items.</p>
  </details>
  {{/cells}}
  {{/diagnosis}}
  {{#units}}
  <details><summary>Every rule and unit in numbers</summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Rules and units"><table>
  <thead><tr><th scope="col">unit</th><th scope="col">base</th><th scope="col">candidate</th><th scope="col">drop</th>
  <th scope="col">bound</th><th scope="col">margin</th><th scope="col">few-shot gain kept</th>
  <th scope="col">times the errors</th><th scope="col">block correlation</th><th scope="col">verdict</th>
  </tr></thead>
  <tbody>{{#rows}}<tr><th scope="row">{{unit}}</th><td>{{base}}</td><td>{{candidate}}</td><td>{{drop}}</td>
  <td>{{bound}}</td><td>{{margin}}</td><td>{{kept}}</td><td>{{errors}}</td><td>{{correlation}}</td><td><span class="word {{state}}">{{outcome}}</span></td></tr>
  {{/rows}}</tbody>
  </table></div>
  </details>
  {{/units}}
  {{#needs}}
  <p><strong>{{unit}}</strong> is INCONCLUSIVE: {{need}}.</p>
  {{/needs}}
  {{#notes}}
  <p class="note">{{severity}}: {{text}}</p>
  {{/notes}}
  {{#further}}
  <h3>What else to try</h3>
  {{#steps}}
  <div class="advice"><p>{{why}}{{#time}} <span class="time">About {{text}}.</span>{{/time}}</p>{{#command}}<pre tabindex="0"><code>{{line}}</code></pre>{{/command}}</div>
  {{/steps}}
  {{/further}}
  {{#flips}}
  <details class="lost"{{#isOpen}} open{{/isOpen}}><summary><h3>What it no longer answers: {{all}} lost, {{won}} won, {{net}} net</h3></summary>
  <div class="scroll" tabindex="0" role="region" aria-label="Lost and won by family"><table>
  <thead><tr><th scope="col">family</th><th scope="col">asked</th><th scope="col">lost</th><th scope="col">won</th><th scope="col">net</th></tr></thead>
  <tbody>{{#families}}<tr><th scope="row">{{family}}</th><td>{{asked}}</td><td>{{lost}}</td><td>{{won}}</td><td>{{net}}</td></tr>
  {{/families}}</tbody></table></div>
  <p>Lost: the base answers it, this one does not. The largest fall of the right answer's logprob first\
  {{#isCut}}; the first {{shown}} are here, <code>holdfast report -o items.csv</code> writes all{{/isCut}}. {{wrapped}}</p>
  <form class="filter" data-list="{{id}}" role="search">
  <label>Search <input type="search" autocomplete="off"></label>
  <label>Task <select name="task"><option value="">all</option>{{#tasks}}<option>{{task}}</option>{{/tasks}}</select></label>
  <label>Group by <select name="group"><option value="">nothing</option><option value="family">family</option><option value="task">task</option>\
  <option value="k">k</option></select></label>
  <label>Order <select name="order"><option value="place">largest fall</option><option value="task">task</option><option value="k">k</option></select></label>
  <output aria-live="polite"></output>
  </form>
  <ol class="flips" id="{{id}}" tabindex="0" aria-label="Answers that it no longer gives">
  {{#rows}}
  <li data-task="{{task}}" data-family="{{family}}" data-k="{{k}}" data-place="{{place}}"><details><summary><span class="task">{{task}}</span> k = {{k}}, {{item}}:
  base <q>{{gold}}</q>{{#answered}}, this one <q>{{answer}}</q>{{/answered}} <span class="muted">{{base}} → {{candidate}} nats</span></summary>
  <pre tabindex="0">{{prompt}}</pre>
  {{#answered}}
  <p>The base answers <q>{{gold}}</q> or an alias of it, the candidate <q>{{answer}}</q>.</p>
  {{/answered}}
  <p>Gold answer <q>{{gold}}</q>: logprob {{base}} of the base, {{candidate}} of the candidate, a fall of {{drop}}.</p>
  </details></li>
  {{/rows}}
  </ol>
  </details>
  {{/flips}}
  </section>
  {{/candidates}}
  {{#forms}}
  <section><h2>Forms of one fine-tuning</h2>
  <div class="scroll" tabindex="0" role="region" aria-label="Forms of one fine-tuning"><table>
  <thead><tr><th scope="col">form</th><th scope="col">what it is</th><th scope="col">tokens</th><th scope="col">template</th>
  <th scope="col">weights kept</th><th scope="col">weights off by</th><th scope="col">answers that differ</th>
  <th scope="col">points lost</th><th scope="col">logprobs apart</th></tr></thead>
  <tbody>{{#rows}}<tr><th scope="row">{{path}}</th><td>{{kind}}</td><td>{{tokens}}</td><td>{{template}}</td><td>{{kept}}</td><td>{{off}}</td>
  <td>{{answers}}</td><td>{{drop}}</td><td>{{distance}}</td></tr>
  {{/rows}}</tbody>
  </table></div>
  {{#sentences}}<p>{{text}}.</p>
  {{/sentences}}
  </section>
  {{/forms}}
  {{#probabilities}}
  <section><h2>How sure</h2><figure class="plot wide" tabindex="0" aria-label="How sure">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="How sure">{{{narrow}}}</figure></section>
  {{/probabilities}}
  {{#series}}
  <section><h2>The series</h2><figure class="plot wide" tabindex="0" aria-label="The series">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="The series">{{{narrow}}}</figure></section>
  {{/series}}
  {{#curves}}
  <section><h2>Ability by number of examples</h2>
  <figure class="plot wide" tabindex="0" aria-label="Ability by number of examples">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="Ability by number of examples">{{{narrow}}}</figure></section>
  {{/curves}}
  {{#history}}
  <section><h2>Gates until this one</h2>
  <p class="muted">Against the same baseline; of a model that was gated again the newest.</p>
  <figure class="plot wide" tabindex="0" aria-label="Gates until this one">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="Gates until this one">{{{narrow}}}</figure></section>
  {{/history}}
  <section id="words"><h2>What the words on this page mean</h2>
  <dl class="words">
  {{#words}}<div><dt>{{word}}</dt><dd>{{meaning}}</dd></div>
  {{/words}}
  </dl></section>
  <section><h2>How this was made</h2>
  <div class="scroll" tabindex="0" role="region" aria-label="How this was made"><table class="facts"><tbody>
  {{#facts}}<tr><th scope="row">{{name}}</th><td>{{value}}</td></tr>
  {{/facts}}
  </tbody></table></div>
  </section>
  </main>
  <script>{{{script}}}</script>
  </body>
  </html>

  """
