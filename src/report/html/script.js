'use strict';
(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const data = id => JSON.parse(document.getElementById(id)?.textContent || 'null');
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
const drawn = (svg, name, attributes = {}, text = '') => {
  const element = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
};
const button = (text, label, action) => {
  const b = make('button', { type: 'button', ...label && { 'aria-label': label } }, text);
  b.addEventListener('click', action);
  return b;
};
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
document.documentElement.classList.add('js');

/* Numbers as the report writes them: three significant digits and a unit. */
const GAP = '\u202f';
const digits = v => {
  const n = Math.abs(v);
  return n === 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : n >= 0.9995 ? 2 : n >= 0.09995 ? 3 : n >= 0.009995 ? 4 : 5;
};
const fixed = (v, n = digits(v)) => v.toLocaleString('en-US', { minimumFractionDigits: n, maximumFractionDigits: n });
const two = n => String(n).padStart(2, '0');
const clock = s => {
  if (s < 60) return +s.toPrecision(3) + GAP + 's';
  const t = Math.round(s);
  return t < 3600 ? Math.floor(t / 60) + ':' + two(t % 60) + GAP + 'min'
    : Math.floor(t / 3600) + ':' + two(Math.floor(t / 60) % 60) + ':' + two(t % 60) + GAP + 'h';
};
const scaled = (v, steps) => {
  const [, factor, unit] = steps.findLast(s => Math.abs(v) >= s[0]) || steps[0];
  return fixed(v * factor) + GAP + unit;
};
const SPANS = [[0, 1e9, 'ns'], [1e-6, 1e6, 'µs'], [1e-3, 1e3, 'ms'], [0.9995, 1, 's']];
const SIZES = [[0, 1, 'B'], [1e3, 1e-3, 'KB'], [1e6, 1e-6, 'MB'], [1e9, 1e-9, 'GB']];
const figure = (v, unit) => {
  if (v == null) return '–';
  if (unit === 'seconds') return v === 0 ? '0' + GAP + 's' : v >= 119.5 ? clock(v) : scaled(v, SPANS);
  if (unit === 'share') return fixed(v * 100) + GAP + '%';
  if (unit === 'bytes') return scaled(v, SIZES);
  const n = Number.isInteger(v) ? v.toLocaleString('en-US') : fixed(v);
  if (unit === 'usd' || unit === 'usd_per_month') return '$' + n;
  return unit === 'per_second' ? n + '/s' : n;
};
/* Shares on an axis that does not begin at nothing, with as many digits as tell them apart. */
const finer = (v, axis) => {
  if (v == null || !axis.fine) return null;
  const wanted = Math.ceil(-Math.log10((axis.high - axis.low) * 100)) + 2;
  return wanted > digits(v * 100) ? fixed(v * 100, Math.min(wanted, 9)) + GAP + '%' : null;
};
/* A place on the x axis as the file writes it. */
const position = (v, axis) =>
  axis.names.find(([at]) => Math.abs(at - v) <= 1e-4 * Math.abs(v))?.[1] ?? figure(v, axis.unit);
/* Places from 0 to 1 and values on an axis. */
const place = (axis, v) => axis.scale === 'log' ? Math.log(v / axis.low) / Math.log(axis.high / axis.low)
  : (v - axis.low) / (axis.high - axis.low);
const value = (axis, f) => axis.scale === 'log' ? axis.low * Math.pow(axis.high / axis.low, f)
  : axis.low + (axis.high - axis.low) * f;

const tip = make('div', { class: 'tip', role: 'status' });
document.body.append(tip);

/* Charts over the same time are looked at together: zoom in one, and all show that stretch. */
const views = new Map();
const SHORTEST = 0.002;
const look = (view, from, to) => {
  const wide = clamp(to - from, SHORTEST, 1);
  view.from = clamp(from, 0, 1 - wide);
  view.to = view.from + wide;
  if (wide > 0.9995) [view.from, view.to] = [0, 1];
  for (const apply of view.charts) apply();
};

/* Ticks of a stretch of time, at most five. */
const STEPS = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const ticks = (from, to) => {
  const step = STEPS.find(s => (to - from) / s <= 5) || 28800, found = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + 1e-9; k++) found.push(k * step);
  return found;
};

for (const chart of all('figure[data-chart]')) {
  const d = data(chart.dataset.chart);
  if (!d) continue;
  const zooms = d.zooms;
  const key = JSON.stringify(d.x);
  if (!views.has(key)) views.set(key, { from: 0, to: 1, charts: [] });
  const view = zooms ? views.get(key) : { from: 0, to: 1, charts: [] };
  const whole = () => view.from === 0 && view.to === 1;
  const off = new Set(), hidden = s => off.has(s.label);

  /* The value of a series at a place of the x axis; of a bin, the one that covers it. */
  const at = (s, x) => {
    if (s.values) return s.values[clamp(Math.floor(x / s.step), 0, s.values.length - 1)];
    let best = null;
    for (let i = 0; i < s.points.length; i += 2) {
      const far = Math.abs(place(d.x, s.points[i]) - place(d.x, x));
      if (best === null || far < best[0]) best = [far, s.points[i + 1]];
    }
    return best && best[0] < 0.02 ? best[1] : null;
  };
  /* What a panel has at a place: under its name, where there are several. */
  const told = (x, panel, down) => {
    const rows = [zooms ? clock(x) : position(x, d.x)], many = d.names.length > 1;
    d.names.forEach((name, place) => {
      if (panel != null && panel !== place) return;
      const own = within(x, place, panel == null ? null : down);
      if (many && own.length === 1 && own[0][0] === name) rows.push(own[0].join('  '));
      else if (own.length) rows.push(...(many ? [name] : []), ...own.map(row => (many ? '  ' : '') + row.join('  ')));
    });
    return rows.join('\n');
  };
  const within = (x, panel, down) => {
    const rows = [], of = one => one.panel === panel;
    for (const s of d.series.filter(of)) {
      if (hidden(s)) continue;
      const v = at(s, x);
      rows.push([s.label, finer(v, s.y) ?? figure(v, s.unit)]);
    }
    for (const strip of d.strips.filter(of)) {
      const n = strip.rows.length, row = strip.rows[clamp(Math.floor(down * n), 0, n - 1)];
      const held = r => r.values[clamp(Math.floor(x / strip.end * r.values.length), 0, r.values.length - 1)];
      for (const r of down == null ? strip.rows.slice(0, 12) : [row]) rows.push([r.label, figure(held(r), 'count')]);
    }
    const h = d.heat;
    if (h && of(h) && down != null) {
      const lag = value(h.y, 1 - down);
      const c = h.columns.findLastIndex(v => v <= x), r = h.rows.findLastIndex(v => v <= lag);
      let found = 0;
      for (let i = 0; i < h.cells.length; i += 3) if (h.cells[i] === c && h.cells[i + 1] === r) found = h.cells[i + 2];
      rows.push([figure(lag, h.y.unit)], [`${figure(found, 'count')} ${h.unit}`]);
    }
    return rows;
  };
  /* Where there are few points, as in a sweep, the pointer goes from one to the next. */
  const known = d.series.flatMap(s => s.points ? s.points.filter((_, i) => i % 2 === 0) : []);
  const places = [...new Set(known)].map(v => place(d.x, v)).sort((a, b) => a - b);
  const sparse = places.length > 0 && places.length <= 40 && d.series.every(s => s.points);

  const note = make('span', { class: 'span', 'aria-live': 'polite' });
  for (const svg of all('svg.w, svg.n', chart)) {
    const narrow = svg.classList.contains('n');
    const [left, right, top, bottom] = d.frames[narrow ? 1 : 0], panels = d.panels[narrow ? 1 : 0];
    const width = right - left;
    const line = drawn(svg, 'path', { class: 'hair' }), chosen = drawn(svg, 'rect', { class: 'chosen', y: top, height: bottom - top });
    const over = drawn(svg, 'g', { class: 'z' });
    svg.append(chosen, over, line);
    svg.setAttribute('tabindex', '0');
    let cursor = -1;
    const hide = () => { cursor = -1; line.removeAttribute('d'); tip.classList.remove('on'); };
    /* `share` is a place in what is seen; `y`, where a pointer is, a place in the picture. */
    const show = (share, y) => {
      cursor = clamp(share, 0, 1);
      let full = view.from + (view.to - view.from) * cursor;
      if (sparse) {
        full = places.reduce((best, p) => Math.abs(p - full) < Math.abs(best - full) ? p : best);
        cursor = full;
      }
      const px = left + width * cursor;
      /* The panel of a pointer is the one it is in, or the nearest; the arrow keys tell all. */
      const far = ([a, b]) => Math.max(a - y, y - b, 0);
      const nearest = panels.reduce((best, one, i) => far(one) < far(panels[best]) ? i : best, 0);
      const panel = y == null ? null : panels[nearest];
      line.setAttribute('d', `M${px} ${top}V${bottom}`);
      tip.textContent = told(value(d.x, full), panel && nearest, panel && clamp((y - panel[0]) / (panel[1] - panel[0]), 0, 1));
      const box = svg.getBoundingClientRect(), factor = box.width / svg.viewBox.baseVal.width, from = box.left + px * factor;
      tip.style.left = Math.max(4, Math.min(from + 12, innerWidth - tip.offsetWidth - 8)) + scrollX + 'px';
      tip.style.top = box.top + scrollY + (panel ? panel[0] : top) * factor + 8 + 'px';
      tip.classList.add('on');
    };
    const next = way => (way > 0 ? places.find(p => p > cursor + 1e-9) : places.findLast(p => p < cursor - 1e-9)) ?? cursor;
    const inside = e => {
      const box = svg.getBoundingClientRect(), factor = svg.viewBox.baseVal.width / box.width;
      return [((e.clientX - box.left) * factor - left) / width, (e.clientY - box.top) * factor];
    };
    let start = null;
    svg.addEventListener('pointerdown', e => {
      const [share, y] = inside(e);
      if (!zooms || e.button || share < 0 || share > 1 || y < top || y > bottom) return;
      start = share;
      svg.setPointerCapture(e.pointerId);
    });
    svg.addEventListener('pointermove', e => {
      const [share, y] = inside(e);
      share * width < -8 || (share - 1) * width > 8 ? hide() : show(share, y);
      if (start == null) return;
      const end = clamp(share, 0, 1);
      chosen.setAttribute('x', left + width * Math.min(start, end));
      chosen.setAttribute('width', width * Math.abs(end - start));
    });
    const drop = () => { start = null; chosen.removeAttribute('width'); };
    svg.addEventListener('pointerup', e => {
      if (start == null) return;
      const end = clamp(inside(e)[0], 0, 1), ends = [start, end].sort((a, b) => a - b), long = view.to - view.from;
      if ((ends[1] - ends[0]) * width > 8) look(view, view.from + long * ends[0], view.from + long * ends[1]);
      drop();
    });
    svg.addEventListener('pointercancel', drop);
    svg.addEventListener('dblclick', () => zooms && look(view, 0, 1));
    svg.addEventListener('pointerleave', () => start == null && hide());
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', e => {
      const step = { ArrowRight: .005, ArrowLeft: -.005, PageDown: .05, PageUp: -.05 }[e.key];
      if (e.key === 'Escape') hide();
      if (zooms && ['+', '=', '-', '0'].includes(e.key)) {
        e.preventDefault();
        e.key === '0' ? look(view, 0, 1) : nearer(e.key === '-' ? 2 : .5, cursor < 0 ? .5 : cursor);
        if (cursor >= 0) show(cursor);
      }
      if (!step) return;
      e.preventDefault();
      /* Beyond the end of what is seen the stretch moves along. */
      const to = cursor + step, long = view.to - view.from;
      if (zooms && cursor >= 0 && (to > 1 || to < 0)) look(view, view.from + step * long, view.to + step * long);
      show(cursor < 0 ? 0 : sparse ? next(Math.sign(step)) : to);
    });
    if (!zooms) continue;

    /* What is seen of the time: the plot is stretched within its frame, lines are drawn from all values. */
    const clip = drawn(svg, 'clipPath', { id: `clip-${chart.id}-${narrow ? 'n' : 'w'}` });
    const frame = drawn(svg, 'rect', { y: top - 2, height: bottom - top + 4 });
    clip.append(frame);
    svg.append(clip);
    const lines = d.series.filter(s => s.values).map(s => {
      const paths = all(`g.p g.s[data-s="${s.s}"] path:not([fill-opacity])`, svg);
      const [above, below] = panels[s.panel];
      const y = v => (below - (below - above) * clamp(place(s.y, v), 0, 1)).toFixed(1);
      return { s, y, paths, before: paths.map(p => p.getAttribute('d')) };
    });
    /* Labels at line ends go with what is seen of their lines, apart from each other and from limits. */
    const near = right + 10;
    const fixed = all(':scope > text', svg).filter(t => +t.getAttribute('x') > near).map(t => +t.getAttribute('y'));
    const labels = lines.map(l => {
      const group = all(`:scope > g.s[data-s="${l.s.s}"]`, svg).filter(g => g.querySelector('text')).at(-1);
      const text = group && group.querySelector('text');
      return text && { l, text, leads: all(`:scope > g.s[data-s="${l.s.s}"] path`, svg), own: +text.getAttribute('y') };
    }).filter(Boolean);
    const last = ({ s, y }) => {
      const end = Math.min(s.values.length, Math.ceil(view.to * d.x.high / s.step));
      for (let i = end - 1; i >= Math.floor(view.from * d.x.high / s.step); i--) if (s.values[i] != null) return +y(s.values[i]);
      return null;
    };
    const follow = zoomed => {
      for (const { text, leads } of labels) {
        text.removeAttribute('transform');
        for (const one of [text, ...leads]) one.classList.toggle('off', zoomed);
      }
      if (!zoomed) return;
      panels.forEach(([above, below], panel) => {
        const own = labels.filter(({ l }) => l.s.panel === panel).map(it => ({ ...it, y: last(it.l) })).filter(it => it.y != null);
        own.sort((a, b) => a.y - b.y);
        const taken = fixed.filter(y => y > above - 8 && y < below + 12);
        let free = above;
        for (const it of own) {
          it.at = Math.max(it.y + 4, free);
          for (const y of taken) if (Math.abs(y - it.at) < 13) it.at = y + 13.5;
          free = it.at + 13.5;
        }
        const over = Math.max(0, free - 13.5 - below - 4);
        for (const it of own) {
          it.text.classList.remove('off');
          it.text.setAttribute('transform', `translate(0 ${(it.at - over - it.own).toFixed(1)})`);
        }
      });
    };
    const fine = ({ s, y }) => {
      const high = d.x.high, first = Math.max(0, Math.floor(view.from * high / s.step) - 1);
      const last = Math.min(s.values.length - 1, Math.ceil(view.to * high / s.step) + 1);
      let path = '', pen = 'M';
      for (let i = first; i <= last; i++) {
        if (s.values[i] == null || (s.y.scale === 'log' && s.values[i] <= 0 && s.y.low <= 0)) { pen = 'M'; continue; }
        path += `${pen}${(left + width * (i + .5) * s.step / high).toFixed(3)} ${y(s.values[i])}`;
        pen = 'L';
      }
      return path;
    };
    view.charts.push(() => {
      hide();
      const zoomed = !whole(), long = view.to - view.from, px = f => left + width * (f - view.from) / long;
      svg.classList.toggle('zoomed', zoomed);
      over.replaceChildren();
      frame.setAttribute('x', left + width * view.from);
      frame.setAttribute('width', width * long);
      for (const plot of all('g.p', svg)) {
        if (!zoomed) { plot.removeAttribute('transform'); plot.removeAttribute('clip-path'); continue; }
        plot.setAttribute('transform', `translate(${left} 0) scale(${1 / long} 1) translate(${-left - width * view.from} 0)`);
        plot.setAttribute('clip-path', `url(#${clip.id})`);
      }
      for (const l of lines) {
        const path = zoomed ? fine(l) : '';
        l.paths.forEach((p, i) => p.setAttribute('d', zoomed ? (i ? '' : path) : l.before[i]));
      }
      follow(zoomed);
      if (!zoomed) return;
      const seconds = [view.from, view.to].map(f => f * d.x.high);
      for (const t of ticks(...seconds)) {
        const x = px(t / d.x.high);
        for (const [, y] of panels) over.append(drawn(svg, 'path', { class: 'l-ink3', d: `M${x} ${y}v5` }));
        over.append(drawn(svg, 'text', { class: 'f-ink2', x, y: bottom + 17, 'text-anchor': 'middle' }, clock(t)));
      }
      over.append(drawn(svg, 'text', { class: 'f-ink2', x: right, y: bottom + 33, 'text-anchor': 'end' }, 'time'));
      let end = -Infinity;
      for (const shade of d.shades) {
        const from = Math.max(left, px(shade.from / d.x.high));
        if (from > right || px(shade.to / d.x.high) < left || from < end) continue;
        const text = drawn(svg, 'text', { class: 'f-ink2', x: from, y: top - 5 }, shade.name);
        over.append(text);
        const wide = text.getComputedTextLength();
        if (from + wide > right) text.setAttribute('x', Math.max(left, right - wide));
        end = from + wide + 8;
      }
    });
  }
  const nearer = (factor, around) => {
    const long = view.to - view.from, middle = view.from + long * around;
    look(view, middle - long * factor * around, middle + long * factor * (1 - around));
  };

  /* Series toggles, with a sample of each line; the stretch of time that is seen. */
  const labels = [...new Set(d.series.filter(s => s.named).map(s => s.label))];
  const named = labels.map(label => d.series.filter(s => s.named && s.label === label));
  const row = make('div', { class: 'tog', role: 'group', 'aria-label': 'Series and time' });
  if (named.length > 1) for (const same of named) {
    const s = same[0], b = make('button', { type: 'button', 'aria-pressed': 'true', 'data-s': s.s }, s.label);
    const path = chart.querySelector(`svg.w g.p g.s[data-s="${s.s}"] path:not([fill-opacity]), svg.always g.p g.s[data-s="${s.s}"] path`);
    if (path) {
      const sample = drawn(path, 'svg', { width: 20, height: 8, viewBox: '0 0 20 8', 'aria-hidden': 'true' });
      const copy = path.cloneNode();
      copy.setAttribute('d', 'M0 4h20');
      sample.append(copy);
      b.prepend(sample);
    }
    b.addEventListener('click', () => {
      const on = b.getAttribute('aria-pressed') === 'true';
      b.setAttribute('aria-pressed', String(!on));
      on ? off.add(s.label) : off.delete(s.label);
      for (const g of all('g.s', chart)) if (same.some(s => String(s.s) === g.dataset.s)) g.classList.toggle('off', on);
    });
    row.append(b);
  }
  if (zooms) {
    const out = button('−', 'Zoom out −', () => nearer(2, .5));
    const reset = button('All', 'All of the time', () => look(view, 0, 1));
    row.append(make('span', { class: 'zoom' }, note, button('+', 'Zoom in +', () => nearer(.5, .5)), out, reset));
    view.charts.push(() => {
      for (const b of [out, reset]) b.disabled = whole();
      const ends = [view.from, view.to].map(f => clock(f * d.x.high));
      note.textContent = whole() ? 'Drag to zoom' : `${ends[0]} to ${ends[1]}`;
    });
    view.charts.at(-1)();
  }
  if (row.children.length) chart.querySelector('svg').before(row);
}

/* Sortable tables: data-v carries the number, else the text counts. */
for (const table of all('table.sort')) {
  const heads = all('thead th', table);
  heads.forEach((th, column) => {
    const b = make('button', { type: 'button' });
    b.append(...th.childNodes);
    th.append(b);
    th.setAttribute('aria-sort', 'none');
    b.addEventListener('click', () => {
      const up = th.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(h => h.setAttribute('aria-sort', 'none'));
      th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = tr => tr.cells[column].dataset.v ?? tr.cells[column].textContent.trim();
      const rows = all('tbody tr', table).sort((a, b) => {
        /* What is no number comes last among numbers, both ways round. */
        const p = key(a), q = key(b), [one, other] = [p, q].map(v => v !== '' && !isNaN(v));
        if (one !== other) return one ? -1 : 1;
        return (one ? p - q : String(p).localeCompare(q)) * (up ? 1 : -1);
      });
      table.tBodies[0].append(...rows);
    });
  });
}

/* The time slider plays the run on the topology: sockets of each instance, what waits, who comes. */
const topology = document.getElementById('topology'), frames = data('data-topology');
if (topology && frames) {
  /* The left end stop is the picture as it was drawn. */
  const PEAKS = 'each at its peak';
  const range = make('input', { type: 'range', min: -1, max: frames.labels.length - 1, id: 'time', 'aria-label': 'Time' });
  const now = make('output', { for: 'time' }, PEAKS);
  range.value = -1;
  range.setAttribute('aria-valuetext', PEAKS);
  const heat = share => share < .5 ? 'f-blue' : share < .8 ? 'f-orange' : 'f-verm';
  const box = path => {
    const [, x, y, w, h] = path.getAttribute('d').match(/^M([-\d.]+) ([-\d.]+)h([-\d.]+)v([-\d.]+)/).map(Number);
    return { x, y, w, h };
  };
  const bars = all('g.s', topology).map(g => {
    const [track, bar] = all('path', g);
    return { values: frames.shares[+g.dataset.s], bar, ...box(track) };
  });
  const facts = all('g.f', topology).map(g => {
    const [track, bar] = all('path', g);
    return { fact: frames.facts[+g.dataset.f], words: all('text', g).at(-1), bar, ...(track ? box(track) : {}) };
  });
  const ways = all('g.k', topology).map(g => ({ way: g.querySelector('path'), herd: frames.herds[g.dataset.k] }));
  const drawnOnce = [...bars.map(b => b.bar), ...facts.flatMap(f => [f.bar, f.words]), ...ways.map(w => w.way)].filter(Boolean)
    .map(e => ({ e, text: e.tagName === 'text' ? e.textContent : null, marks: ['d', 'class', 'stroke-width'].map(n => [n, e.getAttribute(n)]) }));
  const asDrawn = () => {
    for (const { e, text, marks } of drawnOnce) {
      for (const [name, mark] of marks) if (mark != null) e.setAttribute(name, mark);
      if (text != null) e.textContent = text;
    }
  };
  const paint = () => {
    const i = +range.value;
    now.textContent = frames.labels[i] ?? PEAKS;
    range.setAttribute('aria-valuetext', now.textContent);
    peaks.disabled = i < 0;
    if (i < 0) return asDrawn();
    for (const { values, bar, x, y, w, h } of bars) {
      const share = values?.[i] ?? 0, high = h * Math.min(1, share);
      bar.setAttribute('d', `M${x} ${y + h - high}h${w}v${high}h${-w}z`);
      bar.setAttribute('class', heat(share));
    }
    for (const { fact, words, bar, x, y, w, h } of facts) {
      if (!fact) continue;
      words.textContent = fact.words[i];
      if (!fact.shares || !bar) continue;
      bar.setAttribute('d', `M${x} ${y}h${w * Math.min(1, fact.shares[i])}v${h}H${x}z`);
      bar.setAttribute('class', heat(fact.shares[i]));
    }
    for (const { way, herd: all } of ways) {
      const herd = all?.[i] ?? 0;
      way.setAttribute('stroke-width', 1.25 + 7 * Math.sqrt(herd));
      way.setAttribute('class', herd > .05 ? 'l-blue' : 'l-ink3');
    }
  };
  let timer = 0;
  const play = button('Play', null, () => {
    if (timer) return stop();
    if (range.value === range.max) range.value = -1;
    play.textContent = 'Pause';
    timer = setInterval(() => { range.value === range.max ? stop() : (range.value++, paint()); }, 100);
  });
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
  const peaks = button('Peaks', 'Peaks: each at its own', () => { stop(); range.value = -1; paint(); });
  peaks.disabled = true;
  range.addEventListener('input', paint);
  topology.querySelector('svg').before(make('div', { class: 'play' }, play, peaks, range, now));
}
})();
