//! How far a run has come, on stderr: a bar where a line can be redrawn, else a plain line now and
//! then. It reads the wall clock; the run does not know.
use super::lively;
use crate::{
    engine::{Time, number},
    study::Progress,
    summary::figures,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two plain lines.
const EVERY: Duration = Duration::from_secs(10);

/// What is told of a run, and what of a sweep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// `3/5  11:42 of 20:00  38 s left`.
    Run,
    /// `12/48 runs  0.8/s  45 s left`.
    Sweep,
}

/// What is shown.
pub(super) struct Shown {
    told: Told,
    /// How far each unit has to come.
    horizons: Vec<Time>,
    bar: Option<ProgressBar>,
    plain: bool,
    state: Mutex<State>,
}

struct State {
    /// How far each unit has come.
    done: Vec<Time>,
    /// When the last line was written.
    said: Instant,
    began: Instant,
}

impl Shown {
    /// Nothing at all when `quiet`.
    pub(super) fn new(told: Told, horizons: Vec<Time>, quiet: bool) -> Self {
        let now = now();
        let quiet = quiet || horizons.is_empty();
        let bar = (!quiet && lively()).then(|| bar(millis(&horizons)));
        let done = vec![Time::ZERO; horizons.len()];
        let state = Mutex::new(State { done, said: now, began: now });
        Self { told, horizons, plain: !quiet && bar.is_none(), bar, state }
    }

    /// Takes a unit's progress; called from many threads.
    pub(super) fn update(&self, progress: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done[progress.place] = progress.done;
        if let Some(bar) = &self.bar {
            bar.set_position(millis(&state.done));
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

    fn message(&self, state: &State) -> String {
        let units = || state.done.iter().copied().zip(self.horizons.iter().copied());
        let (all, finished) =
            (self.horizons.len(), units().filter(|(done, end)| done >= end).count());
        let share =
            number::float(millis(&state.done)) / number::float(millis(&self.horizons).max(1));
        let gone = now().duration_since(state.began).as_secs_f64();
        let left = if share > 0.01 { left(gone, share) } else { String::new() };
        figures::plain(&match self.told {
            Told::Run => {
                let open = units().filter(|(done, end)| done < end).max();
                let (at, of) = open.or_else(|| units().next()).unwrap_or_default();
                let (at, of) = (figures::clock(at.seconds()), figures::clock(of.seconds()));
                format!("{finished}/{all}  {at} of {of}{left}")
            }
            // What is half done counts half.
            Told::Sweep => {
                let rate = rate(share * number::float(number::count(all)) / gone.max(1e-9));
                format!("{finished}/{all} runs{rate}{left}")
            }
        })
    }
}

/// `  0.8/s`.
fn rate(rate: f64) -> String {
    match rate {
        rate if rate <= 0.0 => String::new(),
        rate if rate < 0.1 => format!("  {}/min", figures::compact(rate * 60.0)),
        rate => format!("  {}/s", figures::compact(rate)),
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

fn millis(times: &[Time]) -> u64 {
    times.iter().map(|time| time.nanos() / 1_000_000).sum()
}

#[expect(clippy::disallowed_methods, reason = "progress is told in wall time")]
pub(super) fn now() -> Instant {
    Instant::now()
}
