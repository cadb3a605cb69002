//! Laws: from what people know (a median and a 95th percentile) to what is sampled, in ns.
use super::section::{Section, json};
use crate::{
    engine::{Law, Span, number},
    spec::{
        At, Choice, Diagnostic, Written,
        model::{self, LawText},
        written::{Located, Several},
    },
    units::{Factor, Quantity, shown},
};
use serde_json::{Value as Json, json as object};

/// More measured values than this say no more.
const MOST_VALUES: usize = 1_000_000;

/// The longest round trip that a connection's row keeps, in whole seconds.
const LONGEST_ROUND_TRIP: Span = Span::from_secs(17);

/// So many lines of a file of values are reported.
const MOST_LINES: usize = 3;

const DURATION_OR_LAW: &str = "a duration or a law";

const LAWS: &str = "a duration alone is constant; the laws are constant, uniform, exponential, \
                    lognormal, normal, gamma, pareto, empirical";

/// A law of durations from a resolved input, as it is written there; none where there is no law.
pub fn stated_law(value: &Json) -> Option<Law> {
    let span = |value: &Json| Some(Span::read(value.as_str()?).ok()?.float());
    if value.is_string() {
        return Some(Law::Constant(span(value)?));
    }
    let (kind, of) = value.as_object()?.iter().next()?;
    let factor = |key: &str| of[key].as_f64();
    let law = match kind.as_str() {
        "uniform" => Law::uniform(span(&of[0])?, span(&of[1])?),
        "exponential" => Law::exponential(span(&of["mean"])?),
        "lognormal" => Law::lognormal_by(span(&of["median"])?, span(&of["p95"])?),
        "normal" => Law::normal(span(&of["mean"])?, span(&of["sd"])?),
        "gamma" => {
            let shape = factor("cv").map(|cv| 1.0 / (cv * cv)).or_else(|| factor("shape"))?;
            Law::gamma(shape, span(&of["mean"])? / shape)
        }
        "pareto" => Law::pareto(span(&of["mean"])?, factor("shape")?),
        "empirical" => {
            Law::empirical(of.as_array()?.iter().map(span).collect::<Option<Vec<f64>>>()?)
        }
        _ => return None,
    };
    law.ok()
}

impl Section<'_, '_> {
    /// A law of durations.
    pub(super) fn law(&mut self, key: &str, written: Option<&LawText>) -> Law {
        let (law, doc) = self.law_of(key, written).unwrap_or((Law::Constant(0.0), Json::Null));
        self.doc.insert(key.to_owned(), doc);
        law
    }

    /// A law whose mean is above zero, or `never`.
    pub(super) fn law_or_never(&mut self, key: &str, written: Option<&LawText>) -> Option<Law> {
        let never = written.is_none_or(
            |text| matches!(&text.value, Choice::Plain(text) if text.trim() == "never"),
        );
        if never && self.default(key) == Some("never") {
            self.put(key, "never");
            return None;
        }
        let before = self.input.errors();
        let law = self.law(key, written);
        if let Some(text) = written
            && self.input.errors() == before
            && law.mean() <= 0.0
        {
            let help = "write a mean above zero, or `never`";
            self.wrong("out-of-range", key, text.at, "is zero on average", help);
        }
        Some(law)
    }

    /// A law whose mean is above zero.
    pub(super) fn positive_law(&mut self, key: &str, written: Option<&LawText>) -> Law {
        let before = self.input.errors();
        let law = self.law(key, written);
        if let Some(text) = written
            && self.input.errors() == before
            && law.mean() <= 0.0
        {
            self.wrong("out-of-range", key, text.at, "is zero on average", "");
        }
        law
    }

    /// A law of round trips; that most are longer than can be kept is warned of.
    pub(super) fn round_trip(&mut self, key: &str, written: Option<&LawText>) -> Law {
        let before = self.input.errors();
        let law = self.law(key, written);
        if let Some(text) = written
            && self.input.errors() == before
            && law.quantile(0.5) > LONGEST_ROUND_TRIP.float()
        {
            let name = self.name_of(key);
            let message = format!("`{name}` is longer than 17s for half of all connections");
            let wrong = Diagnostic::warning("long-round-trip", message).at(text.at);
            self.input.report(wrong.help("a round trip above 17s is modelled as one of 17s"));
        }
        law
    }

    fn law_of(&mut self, key: &str, written: Option<&LawText>) -> Option<(Law, Json)> {
        let Some(Located { value, at }) = written else {
            let Some(text) = self.default(key) else {
                self.missing(key, DURATION_OR_LAW, "40ms");
                return None;
            };
            return Some(constant(Span::read(text).ok()?));
        };
        match value {
            Choice::Plain(text) => match Span::read(text) {
                Ok(span) => Some(constant(span)),
                Err(why) => {
                    let says = format!("is {DURATION_OR_LAW}; {}", why.message);
                    let help = if why.help.is_empty() { LAWS } else { &why.help };
                    self.wrong(why.code, key, *at, &says, help);
                    None
                }
            },
            Choice::One(law) => self.named_law(key, *at, law),
        }
    }

    fn named_law(&mut self, key: &str, at: At, law: &model::Law) -> Option<(Law, Json)> {
        match law {
            model::Law::Constant(value) => self.part(key, value).map(constant),
            model::Law::Uniform(ends) => self.uniform(key, ends),
            model::Law::Exponential { mean } => {
                let [mean] = self.parts(key, at, [("mean", mean)])?;
                let law = Law::exponential(mean.float());
                self.build(key, at, law, object!({"exponential": {"mean": mean.print()}}))
            }
            model::Law::Lognormal { median, p95 } => {
                let [median, p95] = self.parts(key, at, [("median", median), ("p95", p95)])?;
                let law = Law::lognormal_by(median.float(), p95.float());
                let doc = object!({"median": median.print(), "p95": p95.print()});
                self.build(key, at, law, object!({ "lognormal": doc }))
            }
            model::Law::Normal { mean, sd } => {
                let [mean, sd] = self.parts(key, at, [("mean", mean), ("sd", sd)])?;
                let law = Law::normal(mean.float(), sd.float());
                let doc = object!({"mean": mean.print(), "sd": sd.print()});
                self.build(key, at, law, object!({ "normal": doc }))
            }
            model::Law::Gamma { mean, cv, shape } => {
                let [mean] = self.parts(key, at, [("mean", mean)])?;
                self.gamma(key, at, mean, [cv.as_ref(), shape.as_ref()])
            }
            model::Law::Pareto { mean, shape } => {
                let [mean] = self.parts(key, at, [("mean", mean)])?;
                let Some(shape) = shape else {
                    self.wrong("missing-key", key, at, "has no `shape`", "");
                    return None;
                };
                let shape = self.part(&format!("{key}.shape"), shape)?;
                let law = Law::pareto(mean.float(), shape.0);
                let doc = object!({"mean": mean.print(), "shape": json(&shape.print())});
                self.build(key, at, law, object!({ "pareto": doc }))
            }
            model::Law::Empirical(values) => self.empirical(key, values),
        }
    }

    fn build<E: std::fmt::Display>(
        &mut self,
        key: &str,
        at: At,
        law: Result<Law, E>,
        doc: Json,
    ) -> Option<(Law, Json)> {
        match law {
            Ok(law) => Some((law, doc)),
            Err(why) => {
                self.wrong("bad-law", key, at, &format!("is no law: {why}"), "");
                None
            }
        }
    }

    fn part<Q: Quantity>(&mut self, key: &str, value: &Written<Q>) -> Option<Q> {
        match value.read() {
            Ok(value) => Some(value),
            Err(why) => {
                self.unreadable::<Q>(key, value.at, &why);
                None
            }
        }
    }

    fn parts<const N: usize>(
        &mut self,
        key: &str,
        at: At,
        parts: [(&str, &Option<Written<Span>>); N],
    ) -> Option<[Span; N]> {
        let spans = parts.map(|(name, written)| {
            if let Some(value) = written {
                return self.part(&format!("{key}.{name}"), value);
            }
            self.wrong("missing-key", key, at, &format!("has no `{name}`"), "");
            None
        });
        if spans.iter().any(Option::is_none) {
            return None;
        }
        Some(spans.map(Option::unwrap_or_default))
    }

    fn uniform(
        &mut self,
        key: &str,
        ends: &Located<Several<Written<Span>>>,
    ) -> Option<(Law, Json)> {
        let Several::Many(list) = &ends.value else {
            let help = "write `{ uniform: [0s, 30s] }`";
            self.wrong("bad-law", key, ends.at, "is uniform between two durations", help);
            return None;
        };
        let [low, high] = list.as_slice() else {
            let says = format!("is uniform between two durations; here are {}", list.len());
            self.wrong("bad-law", key, ends.at, &says, "write `{ uniform: [0s, 30s] }`");
            return None;
        };
        let (low, high) = (self.part(key, low), self.part(key, high));
        let (low, high) = (low?, high?);
        let doc = object!({"uniform": [low.print(), high.print()]});
        self.build(key, ends.at, Law::uniform(low.float(), high.float()), doc)
    }

    fn gamma(
        &mut self,
        key: &str,
        at: At,
        mean: Span,
        by: [Option<&Written<Factor>>; 2],
    ) -> Option<(Law, Json)> {
        let (name, factor) = match by {
            [Some(cv), None] => ("cv", self.part(&format!("{key}.cv"), cv)?),
            [None, Some(shape)] => ("shape", self.part(&format!("{key}.shape"), shape)?),
            _ => {
                let help = "write `{ gamma: { mean: 5ms, cv: 0.5 } }`";
                self.wrong("bad-law", key, at, "needs either `cv` or `shape`", help);
                return None;
            }
        };
        let shape = if name == "cv" { 1.0 / (factor.0 * factor.0) } else { factor.0 };
        let doc = object!({"mean": mean.print(), name: json(&factor.print())});
        let law = Law::gamma(shape, mean.float() / shape);
        self.build(key, at, law, object!({ "gamma": doc }))
    }

    fn empirical(
        &mut self,
        key: &str,
        values: &Located<Several<Written<Span>>>,
    ) -> Option<(Law, Json)> {
        let spans = match &values.value {
            Several::Many(list) => list.iter().map(|value| self.part(key, value)).collect(),
            Several::One(path) => self.values_of(path, values.at),
        }?;
        let doc: Vec<String> = spans.iter().map(|span: &Span| span.print()).collect();
        let law = Law::empirical(spans.into_iter().map(Span::float).collect::<Vec<_>>());
        self.build(key, values.at, law, object!({ "empirical": doc }))
    }

    /// The values of a file: one a line, with a unit or in seconds; `#` begins a comment.
    fn values_of(&mut self, path: &str, named: At) -> Option<Vec<Span>> {
        let path = self.input.beside(named, path);
        let source = self.input.open_values(&path, named)?;
        let text = self.input.sources.of(At::new(source, 0, 0)).text.clone();
        let (mut spans, mut start, mut wrong) = (Vec::new(), 0, 0);
        for line in text.split('\n') {
            let value = line.split('#').next().unwrap_or_default().trim();
            if !value.is_empty() {
                match seconds(value) {
                    Ok(span) => spans.push(span),
                    Err(found) => {
                        let at = At::new(source, start, start + line.len());
                        self.input.report(found.at(at));
                        wrong += 1;
                    }
                }
            }
            start += line.len() + 1;
            if wrong >= MOST_LINES || spans.len() > MOST_VALUES {
                break;
            }
        }
        self.check_values(&spans, wrong, named)
    }

    fn check_values(&mut self, spans: &[Span], wrong: usize, named: At) -> Option<Vec<Span>> {
        let message = match spans.len() {
            _ if wrong > 0 => return None,
            0 => "this file holds no values".to_owned(),
            n if n > MOST_VALUES => format!("this file holds more than {MOST_VALUES} values"),
            _ => return Some(spans.to_vec()),
        };
        let help = "write one duration a line: `12ms`, or `0.012` in seconds";
        self.input.report(Diagnostic::error("bad-law", message).at(named).help(help));
        None
    }
}

fn constant(span: Span) -> (Law, Json) {
    (Law::Constant(span.float()), Json::from(span.print()))
}

/// A measured value: with its unit, or a bare number of seconds in any notation.
fn seconds(text: &str) -> Result<Span, Box<Diagnostic>> {
    if let Ok(seconds) = text.parse::<f64>() {
        if seconds >= 0.0 && seconds <= Span::FOREVER.seconds() {
            return Ok(Span::from_nanos(number::whole(seconds * 1e9)));
        }
        let message = format!("{} is no duration in seconds", shown(text));
        return Err(Box::new(Diagnostic::error("out-of-range", message)));
    }
    Span::read(text).map_err(|why| {
        let help = "write one duration a line: `12ms`, or `0.012` in seconds";
        let message = format!("a measured value: {}", why.message);
        Box::new(Diagnostic::error(why.code, message).help(help))
    })
}
