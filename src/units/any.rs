//! A quantity whose kind only its text tells, and the steps between two of them.
use super::{Bandwidth, Bytes, Count, Factor, Quantity, Rate, Share, Unreadable};
use crate::engine::{Span, number};

/// A quantity of any kind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Any {
    /// A duration.
    Span(Span),
    /// A size.
    Bytes(Bytes),
    /// A rate.
    Rate(Rate),
    /// A bandwidth.
    Bandwidth(Bandwidth),
    /// A share.
    Share(Share),
    /// A count.
    Count(Count),
    /// A number that is not whole.
    Factor(Factor),
}

/// How the values of an axis follow each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Steps {
    /// A fixed distance apart, up to the end.
    By(Any),
    /// So many, evenly apart, both ends included.
    Linear(u64),
    /// So many, each the same factor beyond the one before, both ends included.
    Log(u64),
}

impl Any {
    /// Reads a quantity; the unit tells its kind.
    ///
    /// # Errors
    /// The text is no quantity.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        if text.ends_with('%') {
            return Share::read(text).map(Self::Share);
        }
        if text.split_once('/').is_some_and(|(size, _)| size.trim_end().ends_with('B')) {
            return Bandwidth::read(text).map(Self::Bandwidth);
        }
        if text.contains('/') {
            return Rate::read(text).map(Self::Rate);
        }
        if text.ends_with('B') {
            return Bytes::read(text).map(Self::Bytes);
        }
        if let Ok(count) = Count::read(text) {
            return Ok(Self::Count(count));
        }
        if let Ok(factor) = Factor::read(text) {
            return Ok(Self::Factor(factor));
        }
        Span::read(text).map(Self::Span)
    }

    /// Prints it as it can be read again.
    pub fn print(self) -> String {
        match self {
            Self::Span(it) => it.print(),
            Self::Bytes(it) => it.print(),
            Self::Bandwidth(it) => it.print(),
            Self::Rate(it) => it.print(),
            Self::Share(it) => it.print(),
            Self::Count(it) => it.print(),
            Self::Factor(it) => it.print(),
        }
    }

    /// Its size as a float, in the unit of its kind: ns, bytes, per second.
    pub fn float(self) -> f64 {
        match self {
            Self::Span(it) => it.float(),
            Self::Bytes(it) => number::float(it.0),
            Self::Bandwidth(it) => number::float(it.0),
            Self::Count(it) => number::float(it.0),
            Self::Rate(Rate(it)) | Self::Share(Share(it)) | Self::Factor(Factor(it)) => it,
        }
    }

    /// A quantity of the same kind; whole kinds are rounded.
    #[must_use]
    pub fn like(self, value: f64) -> Self {
        match self {
            Self::Span(_) => Self::Span(Span::from_float(value)),
            Self::Bytes(_) => Self::Bytes(Bytes(number::whole(value))),
            Self::Bandwidth(_) => Self::Bandwidth(Bandwidth(number::whole(value))),
            Self::Count(_) => Self::Count(Count(number::whole(value))),
            Self::Rate(_) => Self::Rate(Rate(value)),
            Self::Share(_) => Self::Share(Share(round(value))),
            Self::Factor(_) => Self::Factor(Factor(round(value))),
        }
    }

    /// The values from here to `to`.
    ///
    /// # Errors
    /// A sentence, when there are none, or more than `most`.
    pub fn steps(self, to: Self, steps: Steps, most: u64) -> Result<Vec<Self>, String> {
        let alike = std::mem::discriminant(&self) == std::mem::discriminant(&to);
        let (from, end) = (self.float(), to.float());
        if !alike {
            return Err("`from` and `to` are of different kinds".to_owned());
        }
        if from >= end {
            return Err("`to` is not beyond `from`".to_owned());
        }
        match steps {
            Steps::By(step) => self.walk(step, end, most),
            Steps::Linear(n) => {
                self.spread(n, most, |share| from + (end - from) * share, [self, to])
            }
            Steps::Log(_) if from <= 0.0 => Err("a log axis begins above zero".to_owned()),
            Steps::Log(n) => {
                let factor = libm::log(end / from);
                self.spread(n, most, |share| from * libm::exp(factor * share), [self, to])
            }
        }
    }

    fn walk(self, step: Self, end: f64, most: u64) -> Result<Vec<Self>, String> {
        if std::mem::discriminant(&self) != std::mem::discriminant(&step) {
            return Err("`step` is of another kind than `from`".to_owned());
        }
        let (from, by) = (self.float(), step.float());
        if by <= 0.0 {
            return Err("`step` is zero".to_owned());
        }
        let last = number::floor((end - from) / by + 1e-9);
        if last >= most {
            return Err(format!("these are more than {most} values"));
        }
        Ok((0..=last).map(|k| self.like(from + by * number::float(k))).collect())
    }

    fn spread(
        self,
        count: u64,
        most: u64,
        at: impl Fn(f64) -> f64,
        ends: [Self; 2],
    ) -> Result<Vec<Self>, String> {
        if !(2..=most).contains(&count) {
            return Err(format!("`steps` must be 2 to {most}"));
        }
        let last = count - 1;
        let value = |k: u64| match k {
            0 => ends[0],
            k if k == last => ends[1],
            k => self.like(at(number::float(k) / number::float(last))),
        };
        Ok((0..count).map(value).collect())
    }
}

/// To twelve decimals, so that `0.1 + 0.2` prints as `0.3`.
fn round(value: f64) -> f64 {
    number::float(number::whole(value * 1e12)) / 1e12
}
