/// Filters and searches the answers that were lost; the page says everything without it too.
let pageScript = """
  "use strict";
  for (const form of document.querySelectorAll("form.filter")) {
    const list = document.getElementById(form.dataset.list);
    const [search, task, count] = [form.querySelector("input"), form.querySelector("select"), form.querySelector("output")];
    const rows = Array.from(list.children, (row) => ({ row, text: row.textContent.toLowerCase() }));
    const show = () => {
      const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = (!task.value || row.dataset.task === task.value) && words.every((word) => text.includes(word));
        row.hidden = !fits;
        if (fits) shown += 1;
      }
      count.textContent = shown + " of " + rows.length;
    };
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  }
  """
