//! Examples that `--help` ends with. Each is a command that runs as it stands where `experiments/`
//! and `models/` are; a test runs them all.

/// What an exit code says.
macro_rules! exit_codes {
    () => {
        "Exit codes: 0 good, 1 failed, 2 bad input, 98 inconclusive (with --strict), 99 an SLO \
         failed, 130 interrupted."
    };
}

/// Of the whole program.
pub(super) const ALL: &str = concat!(
    "Begin with:\n  \
     squall init\n  \
     squall explain\n\n",
    exit_codes!()
);
/// Of `run`.
pub(super) const RUN: &str = concat!(
    "Examples:\n  \
     squall run experiments/chat-100k.yaml --set phones.count=2k --output output/small\n  \
     squall run experiments/stock-quotes.yaml --set readers.count=1k --replications 3\n\n",
    exit_codes!()
);
/// Of `sweep`.
pub(super) const SWEEP: &str = concat!(
    "Examples:\n  \
     squall sweep experiments/seventh-tab.yaml --set phones.count=700 --dry-run\n  \
     squall sweep experiments/chat-100k.yaml --set phones.count=2k --axis gateways.count=2,4\n\n",
    exit_codes!()
);
/// Of `phase`.
pub(super) const PHASE: &str = concat!(
    "Example:\n  \
     squall phase experiments/retry-storm.yaml --load callers.sessions.arrive=50/s:100/s \
     --within 50\n\n",
    exit_codes!()
);
/// Of `render`.
pub(super) const RENDER: &str = "Examples, after `squall run … --output output/small`:\n  \
     squall render output/small\n  \
     squall render output/small --openmetrics";
/// Of `report`.
pub(super) const REPORT: &str = "Example, after two runs:\n  \
     squall report output/small output/stock-quotes --output both.html";
/// Of `napkin`.
pub(super) const NAPKIN: &str = "Examples:\n  \
     squall napkin experiments/chat-1m.yaml\n  \
     squall napkin experiments/seventh-tab.yaml --set phones.tabs=14";
/// Of `advise`.
pub(super) const ADVISE: &str = "Examples:\n  \
     squall advise --direction one-way --fresh 1s\n  \
     squall advise --direction both --fresh 30s --users 1M --hostile 3%\n  \
     squall advise --direction both --fresh 30s --prices models/prices/aws-us-east-1.yaml\n  \
     squall advise --direction one-way --fresh 5min --users 10k --simulate";
/// Of `validate`.
pub(super) const VALIDATE: &str = "Examples:\n  \
     squall validate experiments/chat-100k.yaml --set gateways.count=1\n  \
     squall validate models/chat.yaml";
/// Of `show`.
pub(super) const SHOW: &str = "Examples:\n  \
     squall show experiments/chat-100k.yaml\n  \
     squall show experiments/chat-100k.yaml --origin";
/// Of `graph`.
pub(super) const GRAPH: &str = "Example:\n  \
     squall graph models/chat.yaml --format mermaid";
/// Of `explain`.
pub(super) const EXPLAIN: &str = "Examples:\n  \
     squall explain gateways.drain.window\n  \
     squall explain metrics";
/// Of `init`.
pub(super) const INIT: &str = "Example:\n  \
     squall init mine";
/// Of `schema`.
pub(super) const SCHEMA: &str = "Example:\n  \
     squall schema model";
