//! The load in lines: connections, handshakes, polls, messages, lag, bytes.
use super::{
    Plan,
    crowd::Crowd,
    outside::Outside,
    sheet::{Sheet, Value, metric, n, per, s, size},
};
use crate::{
    node::parameters::{Audience, Transport},
    record::Unit,
    summary::{
        figures,
        napkin::{Beside, Kind},
    },
};

impl Plan<'_> {
    pub(super) fn load_lines(&self, sheet: &mut Sheet) {
        self.connection_lines(sheet);
        self.way_lines(sheet);
        self.tab_lines(sheet);
        self.handshake_lines(sheet);
        self.poll_lines(sheet);
        self.message_lines(sheet);
        self.byte_lines(sheet);
    }

    /// What only one crowd can say in words; several are added up.
    fn words(&self, of: impl Fn(&Crowd<'_>) -> Option<String>) -> String {
        self.parts(" + ", of)
    }

    /// The same, with something else between them; what two say alike stands there once.
    fn parts(&self, between: &str, of: impl Fn(&Crowd<'_>) -> Option<String>) -> String {
        let mut parts: Vec<String> = Vec::new();
        for part in self.crowds.iter().filter_map(of) {
            if between == " + " || !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts.join(between)
    }

    fn connection_lines(&self, sheet: &mut Sheet) {
        let held = self.sum(Crowd::connected);
        if held <= 0.0 {
            return;
        }
        let words = self.words(|crowd| {
            let clients = crowd.clients.parameters;
            (crowd.held > 0.0).then(|| match (&clients.sessions, &clients.visits) {
                (Some(sessions), _) => {
                    let stay = super::terms::mean(&sessions.stay);
                    let room = if crowd.refused > 0.0 { ", less who is refused" } else { "" };
                    format!("arrivals × stay = {} × {}{room}", per(sessions.arrive.0), s(stay))
                }
                (None, Some(visits)) => {
                    format!(
                        "N × share there = {} × {}",
                        n(crowd.users),
                        figures::share(visits.share())
                    )
                }
                (None, None) if crowd.away > 0.0 => {
                    let there = n(crowd.there * crowd.online * crowd.tabs.connected());
                    let life = s(crowd.life.unwrap_or(0.0));
                    let away = s(crowd.away);
                    let late = if crowd.returns < 0.01 {
                        ", no death is noticed within the run"
                    } else {
                        ""
                    };
                    format!("N × life ÷ (life + away) = {there} × {life} ÷ (… + {away}){late}")
                }
                (None, None) if crowd.several => {
                    format!("{} of {}", figures::share(crowd.part), n(crowd.everyone))
                }
                (None, None) if crowd.tabs.waits > 0.0 => {
                    format!(
                        "N − tabs that wait = {} − {}",
                        n(crowd.there),
                        n(crowd.there - crowd.connected())
                    )
                }
                (None, None) if crowd.online < 1.0 => {
                    format!("min(N, places) = min({}, {})", n(crowd.users), n(crowd.room()))
                }
                (None, None) => format!("N = {}", n(crowd.users)),
            })
        });
        let beside = metric("connections.mean");
        let value = Value { number: held, unit: Unit::Count, kind: Kind::Connections, beside };
        sheet.line("Connections", words, value);
        self.refused_line(sheet);
    }

    fn refused_line(&self, sheet: &mut Sheet) {
        for crowd in self.crowds.iter().filter(|crowd| crowd.clients.parameters.sessions.is_some())
        {
            sheet.about(crowd.clients.name);
            let words = format!("Erlang B: {} of {} places", n(crowd.users), n(crowd.room()));
            let name = format!("{}.sessions.lost_share", crowd.clients.name);
            let value = Value {
                number: crowd.refused,
                unit: Unit::Share,
                kind: Kind::Refused,
                beside: metric(name),
            };
            sheet.line("Sessions without room", words, value);
        }
        sheet.about("");
    }

    fn handshake_lines(&self, sheet: &mut Sheet) {
        let all = self.sum(|crowd| crowd.handshakes() + crowd.tries);
        if all <= 0.0 {
            return;
        }
        let words = self.words(|crowd| {
            let ends = (crowd.ends > 0.0).then_some(()).and(crowd.life).map(|life| {
                let late = if (crowd.returns - 1.0).abs() > 0.01 {
                    format!(" × {} noticed in time", figures::share(crowd.returns))
                } else {
                    String::new()
                };
                format!("N ÷ life = {} ÷ {}{late}", n(crowd.connected()), s(life))
            });
            let ends = if crowd.tabs.one { crowd.opens_words() } else { ends };
            let comes = (crowd.comes > 0.0 && !crowd.tabs.one)
                .then(|| format!("arrivals {}", per(crowd.comes)));
            let parts: Vec<String> = if crowd.anew() {
                vec![opens_words(crowd)]
            } else {
                let tries = (crowd.tries > 0.0).then(|| format!("blocked {}", per(crowd.tries)));
                ends.into_iter().chain(comes).chain(tries).collect()
            };
            (!parts.is_empty()).then(|| parts.join(" + "))
        });
        // A poll that opens a connection is no attempt.
        let differ = |crowd: &Crowd<'_>| crowd.opens_for_each() || crowd.beside() > 0.0;
        let beside = if self.crowds.iter().any(differ) {
            Beside::OverRun("handshakes.total".to_owned())
        } else {
            Beside::Steady("attempts.total".to_owned())
        };
        let value = Value { number: all, unit: Unit::PerSecond, kind: Kind::Handshakes, beside };
        sheet.line("Handshakes", words, value);
        self.join_line(sheet);
    }

    /// Streams that need no handshake.
    fn join_line(&self, sheet: &mut Sheet) {
        let all = self.sum(Crowd::beside);
        if all > 0.0 {
            let words = self.words(|crowd| {
                let share = figures::share(crowd.beside() / crowd.attempts());
                (crowd.beside() > 0.0).then(|| format!("{share} of {}", per(crowd.attempts())))
            });
            let beside = Beside::OverRun("tabs.shared".to_owned());
            let value = Value { number: all, unit: Unit::PerSecond, kind: Kind::Joins, beside };
            sheet.line("Streams beside another tab", words, value);
        }
    }

    fn poll_lines(&self, sheet: &mut Sheet) {
        let all = self.sum(|crowd| crowd.polls.all);
        if all <= 0.0 {
            return;
        }
        let words = self.words(|crowd| {
            Some(match crowd.transport {
                _ if crowd.polls.all <= 0.0 => return None,
                Transport::Websocket | Transport::Sse => return None,
                Transport::ShortPoll => {
                    let all = format!("N ÷ P = {} ÷ {}", n(crowd.there), s(crowd.polls.cycle));
                    let (hidden, apart) = crowd.held_back();
                    let all = if hidden > 0.0 && apart > crowd.polls.cycle {
                        format!("{all}, {} of them {}", figures::share(hidden), s(apart))
                    } else {
                        all
                    };
                    if crowd.comes > 0.0 {
                        format!("{all} + arrivals {}", per(crowd.comes))
                    } else {
                        all
                    }
                }
                Transport::LongPoll if crowd.visits() => format!(
                    "arrivals × polls of a visit = {} × {}",
                    per(crowd.comes),
                    n(crowd.polls.all / crowd.comes)
                ),
                Transport::LongPoll => {
                    format!("N ÷ cycle = {} ÷ {}", n(crowd.held), s(crowd.polls.cycle))
                }
            })
        });
        let over = |name: &str| Beside::OverRun(format!("polls.{name}"));
        let value = |number, name| Value {
            number,
            unit: Unit::PerSecond,
            kind: Kind::Polls,
            beside: over(name),
        };
        sheet.line("Polls", words, value(all, "total"));
        let empty = self.sum(|crowd| crowd.polls.empty);
        let words = self.parts("; ", |crowd| match crowd.transport {
            _ if crowd.polls.all <= 0.0 => None,
            Transport::Websocket | Transport::Sse => None,
            Transport::ShortPoll if crowd.is_plain() => Some("e^(−λP) of them".to_owned()),
            Transport::ShortPoll => Some(format!(
                "nothing comes for P: {} of them",
                figures::share(crowd.polls.empty / crowd.polls.all)
            )),
            Transport::LongPoll if !crowd.is_plain() => Some(format!(
                "nothing comes while one is held: {} of them",
                figures::share(crowd.polls.empty / crowd.polls.all)
            )),
            Transport::LongPoll if crowd.tabs.waits > 0.0 => {
                Some("e^(−λ·(turn + RTT + hold)) of them".to_owned())
            }
            Transport::LongPoll => Some("e^(−λ·(RTT + hold)) of them".to_owned()),
        });
        sheet.line("Empty polls", words, value(empty, "empty"));
    }

    fn message_lines(&self, sheet: &mut Sheet) {
        let all = self.sum(Crowd::deliveries);
        if all <= 0.0 {
            return;
        }
        let words = self.words(|crowd| {
            let sends = crowd.clients.parameters.sends.as_ref();
            let own = sends.filter(|_| crowd.there > 0.0).map(|sends| {
                let each = per(sends.per_user.0);
                match sends.to {
                    Audience::Direct => format!("N × rate = {} × {each}", n(crowd.there)),
                    Audience::All => format!("N × rate × N = {0} × {each} × {0}", n(crowd.there)),
                    Audience::Room(size) => {
                        format!("N × rate × (g − 1) = {} × {each} × ({size} − 1)", n(crowd.there))
                    }
                }
            });
            let sources = crowd.outside.iter().filter(|it| it.rate > 0.0).map(Outside::words);
            let parts: Vec<String> = own.into_iter().chain(sources).collect();
            (!parts.is_empty()).then(|| parts.join(" + "))
        });
        let value = Value {
            number: all,
            unit: Unit::PerSecond,
            kind: Kind::Deliveries,
            beside: Beside::OverWindow("deliveries.intended".to_owned()),
        };
        sheet.line("Deliveries", words, value);
        self.lag_line(sheet);
    }

    /// The mean over crowds, by their deliveries.
    fn lag_line(&self, sheet: &mut Sheet) {
        let of = |crowd: &Crowd<'_>| Some((crowd.lag()?, crowd.arrive()));
        let parts: Vec<(f64, f64)> = self.crowds.iter().filter_map(of).collect();
        let all: f64 = parts.iter().map(|part| part.1).sum();
        if all <= 0.0 {
            return;
        }
        let lag = parts.iter().map(|part| part.0 * part.1).sum::<f64>() / all;
        let words = self.parts("; ", |crowd| {
            let lag = crowd.lag().filter(|_| crowd.arrive() > 0.0)?;
            let words = match crowd.transport {
                Transport::Websocket | Transport::Sse => {
                    let (way, rtt) = crowd.trip();
                    let waits = crowd.tabs.waits_to_leave() * crowd.own_share();
                    let (waits, inside) = match waits {
                        waits if waits > 0.0 => {
                            (format!(" + in the tab {}", s(waits)), lag - waits)
                        }
                        _ => (String::new(), lag),
                    };
                    format!("{way} {}{waits} + the way inside {}", s(rtt), s(inside - rtt))
                }
                Transport::ShortPoll => {
                    let half = crowd.gaps().into_iter().map(|(share, gap)| share * gap / 2.0);
                    let (way, rtt) = crowd.trip();
                    format!("P/2 + {way} = {} + {}, + inside", s(half.sum()), s(rtt))
                }
                Transport::LongPoll if crowd.tabs.crowded > 0.0 => {
                    let (way, rtt) = crowd.trip();
                    let sends = crowd.sent > 0.0;
                    let up = crowd.turns.up * crowd.own_share();
                    let up = sends.then(|| format!(" + {} for a turn to send", s(up)));
                    let (up, late) = (up.unwrap_or_default(), s(crowd.turns.late));
                    format!("{way} {}{up} + {late} for one to ask, + inside", s(rtt))
                }
                Transport::LongPoll => format!(
                    "{} + (RTT ÷ cycle) × RTT/2, RTT {}, cycle {}, + inside",
                    crowd.trip().0,
                    s(crowd.rtt),
                    s(crowd.polls.cycle)
                ),
            };
            let way = crate::world::ways::name(crowd.transport).replace('_', " ");
            Some(if crowd.several { format!("{way} {words}") } else { words })
        });
        let beside = metric("delivery_lag.mean");
        let value = Value { number: lag, unit: Unit::Seconds, kind: Kind::Lag, beside };
        let polled = self.crowds.iter().any(Crowd::opens_for_each);
        sheet.line(if polled { "Staleness, mean" } else { "Lag, mean" }, words, value);
    }

    fn byte_lines(&self, sheet: &mut Sheet) {
        let (mut up, mut down, mut parts) = (0.0, 0.0, [0.0; 4]);
        let mut opening = [[0.0_f64; 2]; 2];
        for crowd in &self.crowds {
            for (most, one) in opening.iter_mut().zip(crowd.bytes_of_an_opening()) {
                most.iter_mut().zip(one).for_each(|(most, it)| *most = most.max(it));
            }
            let bytes = crowd.bytes();
            up += bytes.up.total();
            down += bytes.down().total();
            let egress = bytes.egress();
            let own = [egress.messages, egress.handshakes, egress.heartbeats, egress.polls];
            parts.iter_mut().zip(own).for_each(|(sum, part)| *sum += part);
        }
        let value = |number, name: &str| Value {
            number,
            unit: Unit::BytesPerSecond,
            kind: Kind::Bytes,
            beside: Beside::OverRun(format!("wire.{name}")),
        };
        if down > 0.0 {
            let names = ["messages", "handshakes", "heartbeats", "empty answers"];
            let words: Vec<String> = names
                .iter()
                .zip(parts)
                .filter(|(_, part)| *part > 0.0)
                .map(|(name, part)| format!("{name} {}", figures::share(part / down)))
                .collect();
            sheet.line("Bytes down", words.join(", "), value(down, "down"));
            sheet.by_messages(parts[0] / down);
            sheet.by_opening(opening[1]);
        }
        if up > 0.0 {
            sheet.line("Bytes up", self.up_words(), value(up, "up"));
            sheet.by_opening(opening[0]);
        }
        let arrive = self.sum(Crowd::arrive);
        if arrive > 0.0 {
            let value = Value {
                number: (up + down) / arrive,
                unit: Unit::Bytes,
                kind: Kind::Bytes,
                beside: metric("wire.per_delivery"),
            };
            sheet.line("Bytes a delivery", "both ways ÷ deliveries".to_owned(), value);
            let [[up, joins_up], [down, joins_down]] = opening;
            sheet.by_opening([up + down, joins_up + joins_down]);
        }
        self.beat_line(sheet);
    }

    fn up_words(&self) -> String {
        self.words(|crowd| {
            let payload = size(crowd.payload());
            if crowd.part <= 0.0 || crowd.shut {
                return None;
            }
            Some(match crowd.transport {
                Transport::Websocket if crowd.up() > 0.0 => format!("frames of {payload}, pongs"),
                Transport::Websocket => "handshakes, pongs".to_owned(),
                Transport::Sse if crowd.up() > 0.0 => format!("a request for each {payload}"),
                Transport::Sse => "handshakes, acknowledgements".to_owned(),
                Transport::ShortPoll | Transport::LongPoll => "a request for each poll".to_owned(),
            })
        })
    }

    fn beat_line(&self, sheet: &mut Sheet) {
        let beats = self.sum(|crowd| crowd.beat().map_or(0.0, |every| crowd.held / every));
        let words =
            self.words(|crowd| Some(format!("N ÷ h = {} ÷ {}", n(crowd.held), s(crowd.beat()?))));
        if beats > 0.0 {
            let value = Value {
                number: beats,
                unit: Unit::PerSecond,
                kind: Kind::Bytes,
                beside: Beside::Nothing,
            };
            sheet.line("Heartbeats", words, value);
        }
    }
}

/// Connections that requests of who polls open, as that of the last is no longer kept.
fn opens_words(crowd: &Crowd<'_>) -> String {
    let kept = s(crowd.pool.parameters.keep_alive.seconds());
    if crowd.sent > 0.0 {
        format!("K = {kept} < P: N × e^(−λK) × (1/P + λ(P−K)/P), λ sent by each")
    } else {
        format!("K = {kept} < P: each poll opens one")
    }
}
