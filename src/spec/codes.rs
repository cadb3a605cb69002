//! The kinds of mistakes by the codes that messages show, and what each means.

/// Every code of an error or a warning, in alphabetical order, and what it means.
pub const CODES: &[(&str, &str)] = &[
    ("after-the-end", "Something happens after the run has ended."),
    (
        "ambiguous-link",
        "A link is left out, and several nodes could be its end. Write the link that is meant.",
    ),
    ("bad-argument", "An argument is not `path=value`."),
    (
        "bad-arrivals",
        "A file of arrivals has another header than `time` or `time,user`, or a row has other \
         columns.",
    ),
    (
        "bad-axis",
        "The values of an axis cannot be made: too many, none, or a step that leads nowhere.",
    ),
    ("bad-date", "A text is no month and no day, such as `2026-08` or `2026-08-31`."),
    ("bad-file", "A file is not a map of keys."),
    ("bad-key", "A key is a list, a map or nothing, where a plain word is wanted."),
    ("bad-law", "The parameters of a law make no law, or a file of values holds none."),
    ("bad-link", "A link is not `a -> b`, or its latency is one that such a link cannot have."),
    (
        "bad-name",
        "A name has other letters than names have, is too long, or is taken by squall itself.",
    ),
    (
        "bad-number",
        "A text is no number as squall reads them: no exponents, signs or grouped digits.",
    ),
    ("bad-objective", "An objective is not `metric OP value`, or its limit has another unit."),
    ("bad-tiers", "Tiers of a price do not ascend, or one but the last has no end."),
    (
        "bad-value",
        "A value has another shape: a map where a list is wanted, a list where a text is.",
    ),
    ("bad-yaml", "A file is not YAML from some place on."),
    ("before-warm-up", "Something happens before the warm-up ends, so little of it is counted."),
    ("cycle", "Files build on each other in a circle."),
    ("duplicate-key", "A map has a key twice, or a link is written in two spellings."),
    ("duplicate-name", "Two entries of the timeline have one name, or an instance is named twice."),
    ("empty-file", "A file holds nothing but comments."),
    (
        "idle-instances",
        "There are more instances than partitions; those without one have nothing to do.",
    ),
    (
        "idle-set",
        "A parameter is set to what it is anyway. In a file that is an error, since it misleads; \
         on the command line a warning, since a loop over values meets the default.",
    ),
    (
        "idle-timeout",
        "Heartbeats come too seldom to keep a connection open: who has no messages is cut off.",
    ),
    ("illegal-link", "A link joins two kinds of nodes that do not call each other."),
    ("incomplete-path", "A node lacks one that its work needs: a gateway, a fan-out, a registry."),
    ("layer-4-sees-no-user", "A balancer at layer 4 cannot hash users without a ticket."),
    ("long-round-trip", "Some round trips are longer than 17 s, the most that is kept of one."),
    ("missing-key", "A key that has no default is not written."),
    ("missing-unit", "A quantity has no unit. Zero has one too: `0s`."),
    ("model-alone", "A model is given where an experiment is wanted: it has no `horizon`."),
    ("no-buffer", "Stale messages are to go to a buffer, but there is none."),
    ("no-clients", "There are no users in the scenario."),
    (
        "no-price",
        "Something that the scenario has, or that a file names, is not among the prices. As a \
         warning: no machine listed is large enough, so there is no bill.",
    ),
    ("no-prices", "Something needs a bill, but no price sheet is named."),
    ("no-such-file", "A file is not there. Paths are relative to the file that names them."),
    ("no-such-metric", "An objective is about what a run of this experiment does not measure."),
    ("no-such-node", "A name is that of no node."),
    ("no-such-path", "A path of `set`, `--set` or an axis leads to no parameter."),
    ("no-such-phase", "An objective is about a phase that the experiment does not have."),
    ("not-modelled", "What is written makes sense, but squall does not model it so far."),
    (
        "not-supported",
        "Anchors, aliases, tags and merge keys are not used. Write the value itself.",
    ),
    ("not-utf8", "A file is not UTF-8."),
    ("out-of-range", "A number is below or above what makes sense, or what is modelled."),
    ("over-capacity", "A pool holds fewer connections than its crowd has users."),
    ("same-point", "Two values of an axis resolve to the same input."),
    ("second-key", "A map that chooses by its one key has two."),
    ("set-again", "A parameter is set twice on the command line; the last one counts."),
    ("several-documents", "A file holds more than one YAML document."),
    ("too-deep", "Something is nested deeper than any form."),
    ("too-large", "A file, a sweep or a scenario is larger than is read, run or modelled."),
    ("too-small", "The machine that the bill is for has less than what runs on it."),
    ("ttl-too-short", "Entries of users who are online expire between two refreshes."),
    ("unknown-choice", "A word is none of those that can stand here."),
    ("unknown-key", "A key is not one of those that can stand here. None is ignored."),
    ("unknown-unit", "A unit is not one of those of this quantity."),
    ("unreachable-node", "No user reaches a node, so that it does nothing."),
    ("unreadable-file", "A file is there but cannot be read, or is no ordinary file."),
    ("window-beyond-grace", "Connections are closed before their clients were to move."),
    ("without-effect", "A key says something about what is not there, and would change nothing."),
];

/// What a code means.
pub fn meaning(code: &str) -> Option<&'static str> {
    CODES.iter().find(|known| known.0 == code).map(|known| known.1)
}
