// What browser.py asks of a page. An expression: an object of functions that give JSON.
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  /// Any CSS colour as [red, green, blue, alpha], all 0...1.
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      known.set(colour, Array.from(canvas.getImageData(0, 0, 1, 1).data, (value) => value / 255));
    }
    return known.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (colour) => {
    const linear = colour.slice(0, 3).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  /// After WCAG 2, 1...21.
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const digits = (c) => Math.round(255 * c).toString(16).padStart(2, "0");
  const hex = (colour) => "#" + colour.slice(0, 3).map(digits).join("");

  const parents = function* (element) {
    for (let e = element; e; e = e.parentElement) yield e;
  };
  const isVisible = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const place = (element) => {
    const name = (e) => e.localName + (e.id ? "#" + e.id : "") + Array.from(e.classList, (c) => "." + c).join("");
    const above = element.closest("[id]");
    return (above && above !== element ? name(above) + " " : "") + name(element);
  };
  const start = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));

  /// What a browser paints where no element does: not white in a dark scheme.
  const paper = () => {
    const probe = document.documentElement.appendChild(document.createElement("span"));
    probe.style.cssText = "background: Canvas !important; position: absolute";
    const colour = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return rgba(colour);
  };
  /// What lies behind an element's text, found once for each.
  const backgrounds = new Map();
  const background = (element) => {
    if (!element) return paper();
    if (!backgrounds.has(element)) {
      const own = rgba(getComputedStyle(element).backgroundColor);
      backgrounds.set(element, own[3] === 1 ? own : over(own, background(element.parentElement)));
    }
    return backgrounds.get(element);
  };
  const opacities = new Map([[null, 1]]);
  const opacity = (element) => {
    if (!opacities.has(element)) {
      opacities.set(element, getComputedStyle(element).opacity * opacity(element.parentElement));
    }
    return opacities.get(element);
  };

  const fill = (element) => {
    const style = getComputedStyle(element);
    if (style.fill === "none") return [0, 0, 0, 0];
    const colour = rgba(style.fill);
    return [...colour.slice(0, 3), colour[3] * style.fillOpacity * opacity(element)];
  };
  /// The shapes of a picture that hide what is below them, in the order in which they are painted.
  const shapes = (svg) =>
    Array.from(svg.querySelectorAll("rect, circle, ellipse, polygon, path"))
      .map((shape) => ({ shape, colour: fill(shape) }))
      .filter(({ shape, colour }) => colour[3] > 0.5 && isVisible(shape))
      .map((entry) => ({ ...entry, inverse: entry.shape.getScreenCTM().inverse() }));
  /// Below an SVG text are a halo of its own, shapes that come before it, or the page.
  const pictureBackgrounds = (text, below) => {
    const style = getComputedStyle(text);
    const page = background(text);
    if (style.stroke !== "none" && style.paintOrder.startsWith("stroke")) return [over(rgba(style.stroke), page)];
    const box = text.getBoundingClientRect();
    return [0.05, 0.5, 0.95].map((part) => {
      const point = new DOMPoint(box.x + part * box.width, box.y + box.height / 2);
      return below
        .filter(({ shape }) => shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)
        .filter(({ shape, inverse }) => shape.isPointInFill(point.matrixTransform(inverse)))
        .reduce((under, { colour }) => over(colour, under), page);
    });
  };

  /// Elements that show text of their own; controls show theirs without a text node.
  const texts = () => {
    const found = new Set(Array.from(document.querySelectorAll("input, select, textarea, button")).filter(isVisible));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() && range.getClientRects().length && isVisible(element)) found.add(element);
    }
    return Array.from(found);
  };

  /// Texts of less contrast than `least`, one line for all that look alike.
  const contrast = (least) => {
    const pictures = new Map();
    const faults = new Map();
    const all = texts();
    for (const element of all) {
      const svg = element instanceof SVGElement ? element.ownerSVGElement : null;
      let colour, below;
      if (svg) {
        if (!pictures.has(svg)) pictures.set(svg, shapes(svg));
        [colour, below] = [fill(element), pictureBackgrounds(element, pictures.get(svg))];
      } else {
        const own = rgba(getComputedStyle(element).color);
        [colour, below] = [[...own.slice(0, 3), own[3] * opacity(element)], [background(element)]];
      }
      for (const surface of below) {
        const seen = over(colour, surface);
        const found = ratio(seen, surface);
        if (found >= least) continue;
        const what = `contrast ${(Math.floor(100 * found) / 100).toFixed(2)} of ${hex(seen)} on ${hex(surface)}`;
        if (!faults.has(what)) faults.set(what, new Map());
        faults.get(what).set(element, `${place(element)} ${start(element.textContent)}`);
      }
    }
    const lines = Array.from(faults, ([what, where]) =>
      `${what}: ${where.values().next().value}` + (where.size > 1 ? ` and ${where.size - 1} more` : ""));
    return { texts: all.length, faults: lines };
  };

  /// What makes the page wider than its window.
  const wide = () => {
    const root = document.documentElement;
    const scrolls = (e) => getComputedStyle(e).overflowX !== "visible";
    const isInside = (e) =>
      Array.from(parents(e.parentElement)).some((p) => p !== root && p !== document.body && scrolls(p));
    const beyond = Array.from(document.body.querySelectorAll("*")).filter((e) =>
      isVisible(e) && e.getBoundingClientRect().right > root.clientWidth + 0.5 && !isInside(e));
    return {
      needs: root.scrollWidth, has: root.clientWidth,
      causes: beyond.filter((e) => !beyond.some((other) => other !== e && e.contains(other))).slice(0, 3).map(place),
    };
  };
  /// Boxes that paper, which does not scroll, cuts.
  const cut = () =>
    Array.from(document.querySelectorAll("main *"))
      .filter((e) => e instanceof HTMLElement && getComputedStyle(e).overflowX !== "visible" && isVisible(e))
      .filter((e) => e.scrollWidth > e.clientWidth + 1)
      .map((e) => `${place(e)} needs ${e.scrollWidth} px and has ${e.clientWidth}`);

  const named = (element) => {
    const ids = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
    const texts = [element.getAttribute("aria-label"), ...ids.map((id) => document.getElementById(id)?.textContent)];
    return texts.some((text) => text?.trim());
  };
  /// A list of faults for every rule of sound HTML.
  const structure = () => {
    const all = (selector) => Array.from(document.querySelectorAll(selector));
    const ids = all("[id]").map((e) => e.id);
    const headings = all("h1, h2, h3, h4, h5, h6");
    const levels = headings.map((e) => Number(e.localName[1]));
    const unlabelled = all("input, select, textarea, button, output").filter((e) => {
      const texts = Array.from(e.labels ?? [], (label) => {
        const copy = label.cloneNode(true);
        copy.querySelectorAll("input, select, textarea").forEach((control) => control.remove());
        return copy.textContent;
      });
      const isText = e.localName === "button" || e.localName === "output";
      return e.type !== "hidden" && !isText && !texts.some((text) => text.trim()) && !named(e) && !e.title.trim();
    });
    const attributes = ["aria-labelledby", "aria-describedby", "aria-controls", "for"];
    const lost = attributes.flatMap((name) =>
      all(`[${name}]`).flatMap((e) =>
        e.getAttribute(name).split(/\s+/).filter((id) => id && !document.getElementById(id))
          .map((id) => `${name} of ${place(e)} names #${id}, which is not there`)));
    const links = all("a[href^='#']").filter((e) => !document.getElementById(e.getAttribute("href").slice(1)));
    return {
      language: document.documentElement.lang ? [] : ["html has no lang"],
      title: document.title.trim() ? [] : ["the page has no title"],
      ids: [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `id ${id} is there twice`),
      references: lost.concat(links.map((e) => `${place(e)} leads to ${e.getAttribute("href")}, which is not there`)),
      // A preconnect or a prefetched name is no request that could be seen.
      links: all("link[href]").filter((e) => !e.href.startsWith("data:")).map((e) => `link to ${e.href}`),
      headings: [
        ...(levels.lastIndexOf(1) === 0 ? [] : ["there is not one h1 before all else"]),
        ...headings.filter((_, i) => i > 0 && levels[i] > levels[i - 1] + 1).map((e) => {
          return `${e.localName} ${start(e.textContent)} comes after h${levels[headings.indexOf(e) - 1]}`;
        }),
      ],
      figures: all("figure svg").filter((e) => {
        const title = e.querySelector(":scope > title")?.textContent.trim();
        return !(title || named(e)) || (e.getAttribute("role") ?? "img") !== "img";
      }).map((e) => `${place(e)} is no picture with a name: role="img" and a title`),
      controls: unlabelled.map((e) => `${place(e)} has no label`),
    };
  };

  /// Boxes that scroll and that the keyboard does not reach.
  const scrollers = () =>
    Array.from(document.querySelectorAll("main *"))
      .filter((e) => e instanceof HTMLElement && isVisible(e) && e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
      .filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX))
      .map((e) => `${place(e)} scrolls sideways and cannot be focused`);

  /// Main's headings, sentences and pictures that are not there.
  const unseen = () => {
    const parts = Array.from(document.querySelectorAll("main :is(h2, h3, p, th, td, figure svg)"));
    // Of a plot's two widths one is there, and which is the page's to choose.
    const other = (e) => {
      const figure = e.closest("figure");
      const beside = [figure?.previousElementSibling, figure?.nextElementSibling];
      return figure && beside.some((f) => f?.matches("figure") && f.ariaLabel === figure.ariaLabel && isVisible(f));
    };
    const open = parts.filter((e) => !e.closest("details, [hidden]") && !(other(e) && !isVisible(e)));
    return {
      parts: open.length,
      faults: open.filter((e) => e.localName === "svg" || e.textContent.trim())
        .filter((e) => !isVisible(e) || opacity(e) === 0)
        .map((e) => `${place(e)} ${e.localName === "svg" ? "" : start(e.textContent)}`),
    };
  };
  const paperColour = () => {
    const colour = background(document.querySelector("main") ?? document.body);
    return { colour: hex(colour), isLight: luminance(colour) > 0.7 };
  };

  const form = () => document.querySelector("form.filter");
  const rows = () => Array.from(document.getElementById(form().dataset.list).children);
  const text = (row) => row.textContent.toLowerCase();
  const indices = (fits) => rows().flatMap((row, index) => (fits(row) ? [index] : []));
  /// What to ask the filter for, and which rows each question should leave.
  const questions = () => {
    const summaries = rows().map((row) => row.querySelector("summary").innerText);
    const words = [...new Set(summaries.flatMap((summary) => summary.match(/\p{L}{3,}/gu) ?? []))];
    const holders = words.map((word) => indices((row) => text(row).includes(word.toLowerCase())));
    const parts = holders.map((found) => found.length).map((count) => (count < rows().length ? count : 0));
    const best = Math.max(0, parts.indexOf(Math.max(...parts)));
    const tasks = Array.from(form().querySelector("select").options, (option) => option.value);
    const held = tasks.map((task) => indices((row) => row.dataset.task === task));
    // The task with most rows, but one that leaves something out.
    const sizes = held.map((found, index) => (index > 0 && found.length < rows().length ? found.length : 0));
    const task = Math.max(Math.min(1, tasks.length - 1), sizes.indexOf(Math.max(...sizes)));
    let nothing = "zq";
    while (rows().some((row) => text(row).includes(nothing))) nothing += "x";
    return {
      rows: rows().length, word: words[best] ?? "", holders: holders[best] ?? [], nothing, task, name: tasks[task],
      held: held[task], tasks: tasks.slice(1).filter((_, index) => !held[index + 1].length),
    };
  };
  const state = () => ({
    says: form().querySelector("output").textContent.trim(), typed: form().querySelector("input").value,
    task: form().querySelector("select").value, shown: indices(isVisible),
    others: Array.from(document.querySelectorAll("form.filter")).slice(1).filter((other) => {
      return Array.from(document.getElementById(other.dataset.list).children).some((row) => !isVisible(row));
    }).length,
  });
  /// The middle of the search field, to click at.
  const field = () => {
    const input = form().querySelector("input");
    input.scrollIntoView({ block: "center" });
    const box = input.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const hasFocus = (selector) => document.activeElement?.matches(selector) ?? false;
  const focusSelect = () => { form().querySelector("select").focus(); return hasFocus("form.filter select"); };
  const row = () => rows().find(isVisible).querySelector("details");
  const focusRow = () => {
    const summary = row().querySelector("summary");
    summary.focus();
    return document.activeElement === summary;
  };
  const rowState = () => ({
    isOpen: row().open, isShown: isVisible(row().querySelector("pre")),
    prompt: row().querySelector("pre").innerText.trim(),
  });

  /// To the end and back: a browser may fetch something only then.
  const scroll = async () => {
    for (const y of [document.documentElement.scrollHeight, 0]) {
      window.scrollTo(0, y);
      await settled();
    }
  };
  const openAll = () => document.querySelectorAll("details").forEach((e) => { e.open = true; });
  /// Two frames, after which styles and layout are those of the last change.
  const settled = () =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
  /// How many lists of lost answers there are; each is unfolded, as a reader does who wants to see it.
  const lists = () => {
    document.querySelectorAll("details.lost").forEach((e) => { e.open = true; });
    return document.querySelectorAll("form.filter").length;
  };

  return {
    contrast, wide, cut, structure, scrollers, unseen, paperColour, lists, questions, state, field, hasFocus,
    focusSelect, focusRow, rowState, openAll, scroll, settled,
  };
})()
