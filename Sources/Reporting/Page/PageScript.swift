/// Filters and searches the answers that were lost; the page says everything without it too.
let pageScript = """
  "use strict";
  for (const form of document.querySelectorAll("form.filter")) {
    const list = document.getElementById(form.dataset.list);
    const search = form.querySelector("input");
    const [task, group, order] = ["task", "group", "order"].map((name) => form.elements[name]);
    const count = form.querySelector("output");
    const rows = Array.from(list.children, (row) => ({ row, text: row.textContent.toLowerCase() }));
    const compare = (one, other) => one.localeCompare(other, "en", { numeric: true });
    const arrange = () => {
      const keys = [group.value, order.value, "place"].filter(Boolean);
      rows.sort((one, other) => {
        for (const key of keys) {
          const difference = compare(one.row.dataset[key], other.row.dataset[key]);
          if (difference) return difference;
        }
        return 0;
      });
      for (const heading of list.querySelectorAll(".group")) heading.remove();
      let last = null;
      for (const { row } of rows) {
        const name = group.value && !row.hidden ? row.dataset[group.value] : last;
        if (name !== last) {
          const heading = document.createElement("li");
          heading.className = "group";
          heading.textContent = group.value === "k" ? "k = " + name : name;
          list.append(heading);
          last = name;
        }
        list.append(row);
      }
    };
    const show = () => {
      const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = (!task.value || row.dataset.task === task.value) && words.every((word) => text.includes(word));
        row.hidden = !fits;
        if (fits) shown += 1;
      }
      arrange();
      count.textContent = shown + " of " + rows.length;
    };
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
  }
  """
