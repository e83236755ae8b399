// Showing: the newest state, drawn. Second part of the module that starts in panel.js.
for (let band = 0; band < BANDS; band++) {
  const stop = document.createElementNS('http://www.w3.org/2000/svg', 'stop');
  stop.setAttribute('offset', band / (BANDS - 1));
  stop.setAttribute('stop-opacity', 0);
  $('heat').append(stop);
}
for (let level = 1; level <= 10; level++) {
  const bar = document.createElement('i');
  bar.style.height = 28 + 7.2 * level + '%';
  $('bars').append(bar);
}
// calm up to what is expected, amber at 1.4 times, red from 2 times
const CALM = [42, 157, 143], AMBER = [233, 162, 59], RED = [208, 68, 44];
const part = value => Math.min(1, Math.max(0, value));
const mix = (from, to, share) => from.map((value, index) => Math.round(value + (to[index] - value) * share));
const warmth = ratio => `rgb(${ratio < 1.4 ? mix(CALM, AMBER, part((ratio - 1) / 0.4)) : mix(AMBER, RED, part((ratio - 1.4) / 0.6))})`;

function drawSole() {
  const { place, pressure_kpa: pressure, reference_kpa: expected, foot, stop: halt } = state;
  const ratio = pressure === null ? 0 : pressure / (expected || 25);
  const scale = (halt ? halt.reference_kpa : expected) || 25;
  const spot = halt?.place ?? null;
  $('foot').setAttribute('transform', foot === 'right' ? 'matrix(-1 0 0 1 100 0)' : '');
  $('roller').style.display = place === null ? 'none' : '';
  if (place !== null) {
    $('roller').style.transform = `translateY(${232 - 224 * place}px)`;
    const band = $('heat').children[Math.round(place * (BANDS - 1))];
    if (band) {
      band.setAttribute('stop-color', warmth(ratio));
      band.setAttribute('stop-opacity', Math.min(0.95, ratio * 0.75));
    }
  }
  $('spot').style.visibility = spot === null ? 'hidden' : '';
  if (spot !== null) $('spot').setAttribute('transform', `translate(50 ${232 - 224 * spot})`);
  const [figure, under, below] = halt
    ? [halt.pressure_kpa, `at level ${halt.level}`, spot === null ? '' : `at the ${region(spot)}`]
    : [pressure, expected && MOVING.includes(state.mode) ? `${expected.toFixed(0)} expected` : '', place === null ? '' : `at the ${region(place)}`];
  put('pressure', figure === null ? '–' : Math.max(0, figure).toFixed(0));
  $('bar').style.clipPath = `inset(0 ${100 - Math.min(100, (figure ?? 0) / scale * 50)}% 0 0 round .5rem)`;
  put('against', under || NBSP);
  put('where', below || NBSP);
}

function drawLevel(stale) {
  const level = state.level ?? 0, goal = wanted(), max = state.level_max ?? 10;
  put('level', !goal ? '–' : goal === level ? String(goal) : `${level}→${goal}`);
  $('level').className = goal === level ? '' : 'way';
  if (wish === null && asked === null) $('slider').value = goal;
  $('slider').setAttribute('aria-valuetext', `${goal}, ${FEEL[goal]}`);
  [...$('bars').children].forEach((bar, index) => {
    const own = index + 1;
    bar.className = own <= Math.min(level, goal) ? 'on' : own <= Math.max(level, goal) ? 'wish' : own > max ? 'off' : '';
  });
  const other = state.holder && state.holder !== 'this phone';
  const limit = other ? ` · ${state.holder} may go stronger` : goal >= max && max < 10 ? ' · the most for now' : '';
  put('feel', goal ? `${goal > level ? 'rising to ' : ''}${FEEL[goal]} · ${SPEED[goal]} cm/s${limit}` : NBSP);
  $('slider').disabled = stale;
  $('raise').disabled = stale || goal >= max || Boolean(other);
}

function drawButtons(stale) {
  const verb = ['start', 'continue', 'pause'].find(each => state.can.includes(each));
  put('primary', PRESSES[verb] ?? (state.mode === 'HOLD' ? 'Continue' : 'Start'));
  $('primary').dataset.verb = verb ?? '';
  $('primary').disabled = stale || !verb;
  $('end').disabled = stale || !state.can.includes('end');
}

let steps = [], stepsOf = null; // all steps of this stop; those no longer asked for are done
const wayBack = ({ until, rest }) => rest ? until.map(step => step === 'acknowledge' ? 'close' : step) : [...until, 'start'];
const sort = step => /^[\d.]+ s$/.test(step) ? 'wait' : step;
function drawBack(stale) {
  const halt = state.stop;
  if (!halt) return;
  const left = wayBack(halt), known = new Set(steps.map(sort));
  const open = new Map(left.map(step => [sort(step), step]));
  if (stepsOf !== halt.at_s || [...open.keys()].some(step => !known.has(step))) { stepsOf = halt.at_s; steps = left; }
  steps.forEach((step, index) => {
    const item = $('steps').children[index] ?? $('steps').appendChild(document.createElement('li'));
    const asked = open.get(sort(step)) ?? step;
    const text = STEPS[asked] ?? (sort(asked) === 'wait' ? `Rest for ${parseFloat(asked)} seconds.` : asked);
    if (item.textContent !== text) item.textContent = text;
    item.className = open.has(sort(step)) ? '' : 'done';
  });
  while ($('steps').children.length > steps.length) $('steps').lastChild.remove();
  put('hold', heldFrom !== null ? 'Keep holding…' : halt.rest ? 'Hold to close this stop' : 'Hold to continue');
  $('hold').disabled = stale || !state.can.includes('acknowledge');
  if ($('hold').disabled && heldFrom !== null) holdEnd();
}

let told = '';
function draw() {
  const stale = isStale() || !state || state.mode === null;
  body.classList.toggle('stale', stale);
  body.classList.toggle('fresh', !stale);
  if (guest) return;
  if (!state) { for (const id of ['slider', 'raise', 'primary', 'end', 'hold']) $(id).disabled = true; return; }
  body.dataset.mode = state.mode ?? '';
  put('chip', isStale() ? 'Out of touch' : MODES[state.mode] ?? state.mode ?? 'No engine');
  const words = (!isStale() ? state.words : state.mode === null ? NO_POWER : OUT_OF_TOUCH).replace(state.phase, phase => phase.replaceAll(' ', NBSP)).replaceAll(' ·', NBSP + '·');
  const end = words.length > SHORT ? words.indexOf('. ') + 1 : 0;
  put('words', words.slice(0, end || undefined));
  put('more', end ? words.slice(end + 1) : '');
  drawSole();
  drawLevel(stale);
  drawButtons(stale);
  drawBack(stale);
  const news = [stale, state.mode, state.phase, state.foot, state.reason].join();
  if (news !== told) { told = news; put('live', `${$('words').textContent} ${$('more').textContent}`); }
}
function drawAge() {
  const age = (now() - seenAt) / 1000;
  put('seen', age > 1e5 ? 'looking for the device' : age < 10 ? `seen ${age.toFixed(1)} s ago` : age < 120 ? `seen ${age.toFixed(0)} s ago` : `seen ${(age / 60).toFixed(0)} min ago`);
}
