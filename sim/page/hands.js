// The hands: what a person does to the device and to the roller, in order, one after the other.
const hands = document.getElementById('hands');
const all = name => [...hands.querySelectorAll(`[data-${name}]`)];
const [display, said, lamp, says] = ['sim-code', 'sim-said', 'sim-light', 'sim-says'].map(id => document.getElementById(id));
const TAP_MS = 120, RENEW_MS = 1000, LOOK_MS = 1000, SOON_MS = 400, GESTURE_MS = 2300;
const HANDS = { foot: ['foot_off', 'foot_on'], plugged: ['unplug_sensor', 'restore_sensor'] };
const UNREACHED = 'The simulator does not answer.', DARK = display.value;
const show = (place, text) => { if (place.textContent !== text) place.textContent = text; };
const within = () => AbortSignal.timeout?.(3000);

let last = Promise.resolve();
function reach(hand, down) {
  soon(SOON_MS);
  last = last.then(async () => {
    try {
      const answer = await fetch('/sim/hand', { method: 'POST', keepalive: true, signal: within(), body: JSON.stringify({ hand, down }) });
      const { refused, error } = await answer.json();
      show(said, refused ?? error ?? '');
    } catch { show(said, UNREACHED); }
    soon(SOON_MS);
  });
}

// A finger: it presses when it stays, or when it lifts; it lets go when it slides off, or the page hides.
const lifts = [];
for (const button of all('hold')) {
  let timer = 0, renewal = 0, held = false;
  const press = down => {
    if (down === held) return;
    held = down;
    button.classList.toggle('held', down);
    reach(button.dataset.hold, down);
    clearInterval(renewal);
    if (down) renewal = setInterval(reach, RENEW_MS, button.dataset.hold, true);
  };
  const lift = () => { clearTimeout(timer); timer = 0; press(false); };
  const on = (kinds, act) => { for (const kind of kinds.split(' ')) button.addEventListener(kind, act); };
  on('pointerdown', event => {
    if (!event.isPrimary || event.button) return;
    button.releasePointerCapture(event.pointerId);
    timer = setTimeout(press, TAP_MS, true);
  });
  on('pointerup', () => { if (timer) press(true); lift(); });
  on('pointerleave pointercancel blur', lift);
  on('keyup', event => { event.preventDefault(); lift(); });
  on('contextmenu', event => event.preventDefault());
  on('keydown', event => { if (event.key === ' ' || event.key === 'Enter') { event.preventDefault(); press(true); } });
  on('click', event => { if (event.detail === 0 && !held) { press(true); press(false); } }); // an assistive tool
  lifts.push(lift);
}
for (const gone of ['pagehide', 'blur']) addEventListener(gone, () => lifts.forEach(lift => lift()));
document.addEventListener('visibilitychange', () => { if (document.hidden) lifts.forEach(lift => lift()); else look(); });

for (const button of all('hand')) button.addEventListener('click', () => {
  reach(button.dataset.hand);
  if (button.dataset.hand !== 'pair') return;
  const both = all('hold').filter(each => each.dataset.hold !== 'start');
  for (const each of both) each.classList.add('held');
  setTimeout(() => { for (const each of both) each.classList.remove('held'); }, GESTURE_MS);
});
for (const button of all('toggle')) button.addEventListener('click', () => {
  const name = button.dataset.toggle, on = button.ariaPressed !== 'true';
  button.ariaPressed = on;
  if (name === 'stop') reach(name, on); else reach(HANDS[name][+on]);
});

// Eyes: what there is to be seen, now and again.
let looking = 0, turn = 0;
function soon(waitMs) { clearTimeout(looking); looking = setTimeout(look, waitMs); turn++; }
async function look() {
  soon(LOOK_MS);
  if (document.hidden) return;
  const mine = turn;
  let seen = { error: UNREACHED }, left = 0;
  try {
    seen = await (await fetch('/sim/look', { signal: within() })).json();
    left = (await (await fetch('/healthz', { signal: within() })).json()).pairing_left_s;
  } catch { /* told below */ }
  if (mine !== turn) return;
  for (const toggle of all('toggle')) toggle.ariaPressed = seen[toggle.dataset.toggle] ?? toggle.ariaPressed;
  for (const button of all('hand')) button.disabled = button.dataset.hand !== 'pair' && !seen.foot;
  const code = left && seen.code;
  show(display, code ? `${code.slice(0, 3)} ${code.slice(3)}` : DARK);
  shine(seen.light);
  show(says, seen.says ?? '');
  show(said, seen.error ?? (code ? 'The device shows a code: type it on the phone within 2 minutes.' : ''));
}
// The device's light, in its own rhythm; whoever wants no motion reads it below.
let lit;
function shine(light) {
  const news = JSON.stringify(light);
  if (news === lit) return;
  lit = news;
  lamp.className = light?.colour ?? '';
  for (const before of lamp.getAnimations()) before.cancel();
  if (light && !matchMedia('(prefers-reduced-motion: reduce)').matches) lamp.animate(light.frames, { duration: light.period_ms, iterations: Infinity });
}
let mode;
document.addEventListener('footloop:state', ({ detail }) => { if (detail.mode !== mode) { mode = detail.mode; look(); } });
document.querySelector('.banner').insertAdjacentHTML('beforeend', ' <a href="#hands">Device</a>');
look();
