/// report.md. Every value is escaped before it gets here, hence the triple braces.
let markdownTemplate = """
  # Holdfast gate: {{{outcome}}}

  {{#cut}}
  {{{text}}}

  {{/cut}}
  {{#candidates}}
  ## {{{path}}}{{{base}}}

  {{#brief}}
  | {{#answers}}{{{question}}} | {{/answers}}What now? |
  |---|---|---|---|
  | {{#answers}}**{{{answer}}}**: {{{detail}}} | {{/answers}}{{{why}}}{{{time}}} |

  {{#command}}
  <pre>{{{line}}}</pre>

  {{/command}}
  {{#example}}
  <pre>{{{prompt}}}</pre>

  The base answers **{{{base}}}**, this one **{{{candidate}}}**.

  {{/example}}
  {{/brief}}
  **{{{outcome}}}** {{{sentence}}}

  {{#judged}}
  | unit | base | candidate | drop | bound | margin | chance-corrected loss | few-shot gain kept | times the errors | block correlation | verdict |
  |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
  {{#units}}
  | {{{unit}}} | {{{base}}} | {{{candidate}}} | {{{drop}}} | {{{interval}}} | {{{margin}}} \
  | {{{corrected}}} | {{{retention}}} | {{{errors}}} | {{{correlation}}} | {{{outcome}}} |
  {{/units}}

  Exact match in points (nats in rows that say so), mean over one or more demonstrations; families weigh equally, tasks
  equally within a family. A margin is the drop that the rule tolerates there; block correlation is how alike
  items that share demonstrations change.
  {{#power}}
  {{{power}}}
  {{/power}}
  {{#spread}}
  {{{spread}}}
  {{/spread}}

  {{#diagnosis}}
  ### Why

  {{{text}}}

  | control | base | candidate |
  |---|--:|--:|
  {{#rows}}
  | {{{name}}} | {{{base}}} | {{{candidate}}} |
  {{/rows}}

  Means over {{{tasks}}}, with {{{shots}}}, in percent; tasks weigh equally, and nothing here votes.

  {{#hasParts}}
  <details><summary>Exact match where one part of the fine-tuning is taken back</summary>

  | part | exact match |
  |---|--:|
  {{#parts}}
  | {{{name}}} | {{{exactMatch}}} |
  {{/parts}}

  Base {{{ofBase}}}, candidate {{{ofCandidate}}}, on the same {{{items}}} items.

  </details>
  {{/hasParts}}

  {{#modules}}
  <details><summary>Kinds of modules over all layers: taken back, and alone</summary>

  | modules | exact match without | comes back | causes alone |
  |---|--:|--:|--:|
  {{#rows}}
  | {{{name}}} | {{{exactMatch}}} | {{{back}}} | {{{alone}}} |
  {{/rows}}

  Shares of the loss of p(gold answer) with 95 % intervals, clustered by block.

  </details>

  {{/modules}}
  {{#cells}}
  {{{spread}}}

  | cell | comes back | causes alone |
  |---|--:|--:|
  {{#top}}
  | {{{name}}} | {{{back}}} | {{{alone}}} |
  {{/top}}
  {{#rest}}
  | {{{name}}} | {{{back}}} | {{{alone}}} |
  {{/rest}}

  <details><summary>Layer by module: percent of the loss of p(gold answer) that comes back where one cell is the base's</summary>

  | layer | {{#columns}}{{{column}}} | {{/columns}}
  |---|{{#columns}}--:|{{/columns}}
  {{#back}}
  | {{{name}}} | {{#shares}}{{{share}}} | {{/shares}}
  {{/back}}

  </details>

  <details><summary>Layer by module: percent of it that one cell causes alone, on the base</summary>

  | layer | {{#columns}}{{{column}}} | {{/columns}}
  |---|{{#columns}}--:|{{/columns}}
  {{#alone}}
  | {{{name}}} | {{#shares}}{{{share}}} | {{/shares}}
  {{/alone}}

  p(gold answer) of the base {{{ofBase}}}, of the candidate {{{ofCandidate}}} %, on the same {{{items}}} items.

  </details>

  {{/cells}}

  {{/diagnosis}}
  {{#needs}}
  - {{{unit}}} is INCONCLUSIVE: {{{need}}}.
  {{/needs}}

  {{#hasTasks}}
  <details><summary>Tasks</summary>

  | task | family | chance | {{#shots}}k = {{{k}}} | {{/shots}}drop | 95 % interval | drop of p(gold) | answers | logprob drop (nats) | choice | |
  |---|---|--:|{{#shots}}--:|{{/shots}}--:|--:|--:|---|--:|--:|---|
  {{#tasks}}
  | {{{task}}} | {{{family}}} | {{{chance}}} | {{#shots}}{{{cell}}} | {{/shots}}{{{drop}}} \
  | {{{interval}}} | {{{probability}}} | {{{flips}}} | {{{nats}}} | {{{choice}}} | {{{note}}} |
  {{/tasks}}

  Cells read base → candidate; p(gold) is the probability of the right answer, in points; answers are those lost and won over every k
  above 0.

  </details>
  {{/hasTasks}}

  {{#notes}}
  - {{{severity}}}: {{{text}}}
  {{/notes}}
  {{/judged}}

  {{/candidates}}
  {{#forms}}
  ## Forms of one fine-tuning

  | form | | tokens | template | weights kept | weights off by | answers that differ | points lost | logprobs apart |
  |---|---|---|---|--:|--:|--:|--:|--:|
  {{#rows}}
  | {{{path}}} | {{{kind}}} | {{{tokens}}} | {{{template}}} | {{{kept}}} | {{{off}}} | {{{answers}}} | {{{drop}}} | {{{distance}}} |
  {{/rows}}

  {{#sentences}}
  - {{{text}}}
  {{/sentences}}

  {{/forms}}
  ## How this was measured

  | | |
  |---|---|
  {{#facts}}
  | {{{name}}} | {{{value}}} |
  {{/facts}}

  """
