//! How to read each chart, in two sentences.

/// A chart's name, or how it begins, and how to read it.
const READINGS: [(&str, &str); 22] = [
    (
        "attempts",
        "Attempts begin where a client loses its connection or is told to move. What is \
         refused or times out comes back as a further attempt.",
    ),
    (
        "polls",
        "A poll that fails finds no gateway that serves, or a mailbox that is down. What was for \
         its user waits for the next one that does not.",
    ),
    (
        "queues",
        "A queue that grows takes in more than it can do; one that falls pays back what \
         it owes. A wait is as long as it would take at the pace of the moment. \
         Handshakes and messages wait in the same queue for a CPU.",
    ),
    (
        "memory",
        "What a connection weighs times the connections of an instance, half-open ones \
         and handshakes included: they hold memory until they are known to be gone.",
    ),
    (
        "budgets",
        "The dark part is used on average, the light part more at the fullest moment of \
         the fullest instance. What reaches the dashed line has nothing left.",
    ),
    (
        "cost-growth",
        "Each bar is the bill at so many users. A part that grows less than the users is \
         paid in steps or in hours.",
    ),
    ("cost-by-item", "Each bar is a point of the sweep, each colour an item of its bill."),
    (
        "lag-percentiles",
        "Where the lines turn up is the knee; where a line crosses its limit the \
         objective breaks. Between points nothing was run.",
    ),
    (
        "lag-against-load",
        "Each dot is all deliveries that arrived under about one load. A line that turns \
         up to the right is a queue that fills.",
    ),
    (
        "cpu",
        "What a node does shares one queue an instance, in a gateway handshakes, messages, \
         pushes and idle connections: where it is full, all of them wait for each other.",
    ),
    (
        "lag-over-time",
        "From the send call to the recipient’s application, by time of arrival: a message \
         that was kept for replay counts when it arrives.",
    ),
    (
        "lag-by-source",
        "Each line is the lag of what one source, or the users of one crowd, send. Lines that \
         rise together wait in one queue; one that stays low has a way of its own.",
    ),
    (
        "lag-heat",
        "The strongest band is where most deliveries lie. What lies above it is a group \
         that waits: an edge that falls from left to right waits for one moment, such as \
         a reconnect.",
    ),
    (
        "lag-distribution",
        "Where the line is lower, fewer deliveries are that late. A shelf is a group that \
         waits for the same thing, such as a reconnect.",
    ),
    (
        "loss-waterfall",
        "Each bar begins where the one above it ends. A cause is the first event after \
         which no copy could arrive; an end that did not happen has no bar.",
    ),
    (
        "loss-against-absence",
        "A dot is all outages of about one length. Look for the length from which the \
         share rises: so long users may be away.",
    ),
    (
        "losses-by-cause",
        "Each bar is a point of the sweep, each colour a cause: the first event after \
         which no copy could arrive.",
    ),
    (
        "absence-curves",
        "Each line is a point of the sweep. Look for the length from which its share \
         rises: so long users may be away.",
    ),
    (
        "lost-and-late",
        "A loss counts at the moment from which no copy can arrive; late is what comes by \
         replay or from the inbox.",
    ),
    ("grid-", "Each cell is a point of the sweep. Look for the border where the sign appears."),
    ("sweep-", "Each dot is a point of the sweep; between dots nothing was run."),
    (
        "connections",
        "Held connections are never moved by a balancer: users who are displaced stay \
         where they land until their connection ends by itself.",
    ),
];

/// Of a chart whose points have no scale.
const BARS: &str = "Each bar is a point of the sweep.";

/// How to read the chart of that name; the first that fits says it.
pub(super) fn reading(name: &str, bars: bool) -> Option<&'static str> {
    if bars && name.starts_with("sweep-") {
        return Some(BARS);
    }
    READINGS.iter().find(|(known, _)| name.starts_with(known)).map(|(_, text)| *text)
}
