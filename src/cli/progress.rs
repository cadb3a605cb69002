//! How far a run has come, on stderr: a bar where a line can be redrawn, else a plain line now and
//! then. It reads the wall clock; the run does not know.
use super::lively;
use crate::{
    engine::{Time, number},
    study::{Progress, Unit},
    summary::figures,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two plain lines.
const EVERY: Duration = Duration::from_secs(10);

/// What is shown.
pub(super) struct Shown {
    horizon: Time,
    bar: Option<ProgressBar>,
    plain: bool,
    state: Mutex<State>,
}

struct State {
    /// How far each replication has come.
    done: Vec<Time>,
    /// When the last line was written.
    said: Instant,
    began: Instant,
}

impl Shown {
    /// Nothing at all when `quiet`.
    pub(super) fn new(horizon: Time, replications: usize, quiet: bool) -> Self {
        let now = now();
        let done = vec![Time::ZERO; replications.max(1)];
        let bar = (!quiet && lively())
            .then(|| bar(millis(std::iter::once(horizon)) * number::count(replications.max(1))));
        let state = Mutex::new(State { done, said: now, began: now });
        Self { horizon, plain: !quiet && bar.is_none(), bar, state }
    }

    /// Takes a replication's progress; called from many threads.
    pub(super) fn update(&self, progress: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let place = progress.place;
        if let Some(done) = state.done.get_mut(place) {
            *done = (*done).max(progress.done.min(self.horizon));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(millis(state.done.iter().copied()));
            bar.set_message(self.message(&state));
        } else if self.plain && now().duration_since(state.said) >= EVERY {
            state.said = now();
            eprintln!("{}", self.message(&state));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// `3/5  11:42 of 20:00  38 s left`.
    fn message(&self, state: &State) -> String {
        let all = state.done.len();
        let finished = state.done.iter().filter(|&&done| done >= self.horizon).count();
        let open = state.done.iter().copied().filter(|&done| done < self.horizon).max();
        let at = figures::clock(open.unwrap_or(self.horizon).seconds());
        let of = figures::clock(self.horizon.seconds());
        let total = millis(vec![self.horizon; all].into_iter());
        let share = number::float(millis(state.done.iter().copied())) / number::float(total.max(1));
        let gone = now().duration_since(state.began).as_secs_f64();
        let left = if share > 0.02 { left(gone, share) } else { String::new() };
        figures::plain(&format!("{finished}/{all}  {at} of {of}{left}"))
    }
}

/// How far a sweep has come.
pub(super) struct SweepShown {
    horizons: Vec<Time>,
    bar: Option<ProgressBar>,
    plain: bool,
    state: Mutex<State>,
}

impl SweepShown {
    /// Nothing at all when `quiet`.
    pub(super) fn new(units: &[Unit<'_>], quiet: bool) -> Self {
        let now = now();
        let horizons: Vec<Time> = units.iter().map(|unit| unit.scenario.horizon).collect();
        let length = millis(horizons.iter().copied());
        let quiet = quiet || units.is_empty();
        let bar = (!quiet && lively()).then(|| bar(length));
        let done = vec![Time::ZERO; units.len()];
        let state = Mutex::new(State { done, said: now, began: now });
        Self { horizons, plain: !quiet && bar.is_none(), bar, state }
    }

    /// Takes a unit's progress; called from many threads.
    pub(super) fn update(&self, progress: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done[progress.place] = progress.done;
        if let Some(bar) = &self.bar {
            bar.set_position(millis(state.done.iter().copied()));
            bar.set_message(self.message(&state));
        } else if self.plain && now().duration_since(state.said) >= EVERY {
            state.said = now();
            eprintln!("{}", self.message(&state));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// `12/48 runs  0.8/s  45 s left`.
    fn message(&self, state: &State) -> String {
        let finished =
            state.done.iter().zip(&self.horizons).filter(|(done, horizon)| done >= horizon).count();
        let gone = now().duration_since(state.began).as_secs_f64();
        let share = number::float(millis(state.done.iter().copied()))
            / number::float(millis(self.horizons.iter().copied()).max(1));
        // What is half done counts half.
        let rate = share * number::float(number::count(self.horizons.len())) / gone.max(1e-9);
        let rate = match rate {
            _ if share <= 0.0 => String::new(),
            rate if rate < 0.1 => format!("  {}/min", figures::compact(rate * 60.0)),
            rate => format!("  {}/s", figures::compact(rate)),
        };
        let left = if share > 0.01 { left(gone, share) } else { String::new() };
        figures::plain(&format!("{finished}/{} runs{rate}{left}", self.horizons.len()))
    }
}

/// `  45 s left`.
fn left(gone: f64, share: f64) -> String {
    let left = figures::duration((gone / share - gone).max(0.0).ceil());
    format!("  {} left", left.replace(".00", "").replace(".0", ""))
}

fn bar(length: u64) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(5);
    let style = ProgressStyle::with_template("{bar:40}  {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▌░");
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}

fn millis(times: impl Iterator<Item = Time>) -> u64 {
    times.map(|time| time.nanos() / 1_000_000).sum()
}

#[expect(clippy::disallowed_methods, reason = "progress is told in wall time")]
pub(super) fn now() -> Instant {
    Instant::now()
}
