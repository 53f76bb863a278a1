"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const usd = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const byId = (id) => document.getElementById(id);

  // Text goes in as text, never as markup.
  const make = (tag, text = "", className = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  // --- all ACOs: sorting and filtering ---

  const table = byId("all");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const words = new Map(rows.map((row) => [row, Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase()]));
  const collator = new Intl.Collator("en", { numeric: true });
  const number = (text) => (text ? Number(text.replace(/[$,%]/g, "")) : NaN);

  const sort = (place, descending) => {
    const isText = heads[place].dataset.unit === "text";
    const value = (row) => row.cells[place].textContent;
    const sign = descending ? -1 : 1;
    rows.sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1); // blank cells come last either way
      return sign * (isText ? collator.compare(a, b) : number(a) - number(b));
    });
    body.append(...rows);
    heads.forEach((head, other) => {
      head.ariaSort = other !== place ? "none" : descending ? "descending" : "ascending";
    });
  };
  heads.forEach((head, place) => {
    const first = head.dataset.unit === "text" ? "ascending" : "descending";
    head.firstElementChild.addEventListener("click", () => {
      const next = head.ariaSort === "none" ? first : head.ariaSort === "ascending" ? "descending" : "ascending";
      sort(place, next === "descending");
    });
  });

  const filter = byId("filter");
  const show = () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !wanted.every((word) => words.get(row).includes(word));
      shown += row.hidden ? 0 : 1;
    }
    byId("count").textContent = `${shown.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows`;
  };
  filter.addEventListener("input", show);
  show();

  // --- one ACO: its steps from savings to payment, and its lines ---

  const bar = (from, to, low, high, kind) => {
    const holder = make("div", "", "bar");
    holder.ariaHidden = "true"; // the amount beside it says the same
    const mark = make("i", "", kind);
    const share = (amount) => (100 * (amount - low)) / (high - low || 1);
    mark.style.left = `${share(Math.min(from, to))}%`;
    mark.style.width = `${Math.abs(share(to) - share(from))}%`;
    holder.append(mark);
    return holder;
  };

  const cascade = (aco) => {
    let level = 0;
    const steps = [];
    aco.steps.forEach((amount, place) => {
      if (!amount) return;
      const kind = steps.length === 0 ? "" : amount < 0 ? "less" : "more";
      steps.push({ ...data.steps[place], amount, from: level, to: level + amount, kind });
      level += amount;
    });
    const settlement = aco.settlement[0];
    steps.push({ label: "Settlement", words: "Positive: paid to the ACO. Negative: owed by it.", amount: settlement, from: 0, to: settlement, kind: "", last: true });
    return steps;
  };

  const stepsTable = (aco) => {
    const steps = cascade(aco);
    const ends = steps.flatMap((step) => [step.from, step.to]);
    const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const table = make("table", "", "steps");
    table.createCaption().textContent = "From savings or losses to the settlement";
    const head = table.createTHead().insertRow();
    for (const text of ["Step", "US dollars", "Bar"]) {
      const cell = make("th", text, text === "US dollars" ? "" : "t");
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const step of steps) {
      const row = body.insertRow();
      if (step.last) row.className = "last";
      const name = make("th", step.label, "t");
      name.scope = "row";
      name.append(" ", make("span", step.words, "words"));
      row.append(name, make("td", usd.format(step.amount)), document.createElement("td"));
      row.lastElementChild.append(bar(step.from, step.to, low, high, step.kind));
    }
    return table;
  };

  const linesTable = (aco) => {
    const law = data.laws[aco.law];
    const table = make("table", "", "lines");
    table.createCaption().textContent = `Lines of the settlement, with CMS's letters: ${law.about}`;
    const head = table.createTHead().insertRow();
    for (const text of ["Letter", "Line", "Value", "Source"]) {
      const cell = make("th", text, text === "Value" ? "" : "t");
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    law.lines.forEach((line, place) => {
      if (!aco.values[place] || line === null) return;
      const row = body.insertRow();
      const name = make("th", line.label, "t");
      name.scope = "row";
      row.append(make("td", line.letter, "t"), name, make("td", aco.values[place]), make("td", line.citation, "t"));
    });
    return table;
  };

  const scrolling = (table) => {
    const holder = make("div", "", "scroll");
    holder.tabIndex = 0;
    holder.role = "region";
    holder.ariaLabel = table.caption.textContent;
    holder.append(table);
    return holder;
  };

  const choose = byId("choose");
  data.acos.forEach((aco, place) => {
    const option = make("option", `${aco.id} ${aco.name}, ${aco.year}`);
    option.value = place;
    choose.append(option);
  });

  const showOne = (place) => {
    const aco = data.acos[place];
    if (!aco) return;
    choose.value = place;
    const parts = [make("h3", `${aco.id} ${aco.name}, ${aco.year}`), make("p", aco.answer, "words-of-one")];
    if (aco.notes) parts.push(make("p", `Notes: ${aco.notes}.`));
    if (aco.settlement[0] !== null) parts.push(scrolling(stepsTable(aco)));
    parts.push(scrolling(linesTable(aco)));
    byId("one").replaceChildren(...parts);
  };

  const places = new Map(data.acos.map((aco, place) => [aco.key, place]));
  const follow = () => {
    const place = places.get(location.hash.slice(1));
    if (place === undefined) return;
    showOne(place);
    byId("aco").scrollIntoView();
    choose.focus({ preventScroll: true });
  };
  choose.addEventListener("change", () => {
    showOne(Number(choose.value));
    history.replaceState(null, "", `#${data.acos[choose.value].key}`);
  });
  addEventListener("hashchange", follow);
  document.querySelector(".figures").addEventListener("click", (event) => {
    const mark = event.target.closest("[data-key]");
    if (mark) location.hash = mark.dataset.key;
  });

  const size = (aco) => Math.abs(aco.settlement[0] ?? 0);
  showOne(data.acos.reduce((best, aco, place) => (size(aco) > size(data.acos[best]) ? place : best), 0));
  follow();
})();
