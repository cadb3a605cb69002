//! Measured arrivals: a file with a header and a row each, or a list, in the order of time.
use super::{Resolved, section::Section};
use crate::{
    engine::{Span, Time},
    node::parameters::{Arrival, Parameters, Ticks},
    spec::{
        At, Diagnostic, Input,
        model::{self, Kind},
        written::{Located, Several},
    },
    units::{Count, Quantity, Unreadable, shown},
};
use serde_json::{Value as Json, json};

/// More arrivals than this are not read.
const MOST: usize = 1_000_000;

/// So many rows of a file are reported.
const MOST_ROWS: usize = 3;

const COLUMNS: &str = "the first line names the columns: `time`, or `time,user`";

/// The times of rows are seconds from the start of the run.
const ROWS: &str = "write seconds from the start of the run, and a user's place in its crowd: \
                    `12.5`, or `12.5,3`";

/// A row of a file, and where it stands.
struct Row {
    at: At,
    arrival: Arrival,
    /// For whom it is, beyond those whom a crowd can have as well.
    user: Option<u64>,
}

impl Section<'_, '_> {
    /// The arrivals, in the order of time.
    pub(super) fn arrivals(
        &mut self,
        key: &str,
        written: &Located<Several<model::source::Arrival>>,
    ) -> Vec<Arrival> {
        let before = self.input.errors();
        let mut all: Vec<Arrival> = match &written.value {
            Several::One(path) => {
                let path = self.input.beside(written.at, path);
                let source = self.input.open_values(&path, written.at);
                source.map_or_else(Vec::new, |source| self.filed(source, written.at))
            }
            Several::Many(list) => self.listed(key, list),
        };
        if all.is_empty() && self.input.errors() == before {
            self.wrong("out-of-range", key, written.at, "names no message", ROWS);
        }
        all.sort_by_key(|arrival| arrival.at);
        let doc = all.iter().map(|arrival| {
            let time = Span::from_nanos(arrival.at.nanos()).print();
            arrival.user.map_or_else(
                || json!({ "time": time }),
                |user| json!({ "time": time, "user": user }),
            )
        });
        let doc = Json::Array(doc.collect());
        self.doc.insert(key.to_owned(), doc);
        all
    }

    /// The arrivals of a file, if all of its rows are good.
    fn filed(&mut self, source: u16, named: At) -> Vec<Arrival> {
        let (rows, wrong) = rows_of(self.input, source, named);
        let whole = wrong.is_empty();
        for found in wrong {
            self.input.report(found);
        }
        rows.into_iter().filter(|_| whole).map(|row| row.arrival).collect()
    }

    fn listed(&mut self, key: &str, list: &[model::source::Arrival]) -> Vec<Arrival> {
        let mut all = Vec::new();
        for (place, item) in list.iter().enumerate() {
            // Read like any keys, though they are put down as a list.
            let name = format!("{key}.{place}");
            let time: Span =
                self.inside(&name, |section| section.value("time", item.time.as_ref()));
            let user = item.user.as_ref().map(|user| {
                self.inside(&name, |section| section.whole("user", Some(user), 0..=u32::MAX - 1))
            });
            self.doc.remove(&name);
            all.push(Arrival { at: Time::from_nanos(time.nanos()), user });
        }
        all
    }
}

/// The rows of a file that can be read, and what is wrong with the first of the others.
fn rows_of(input: &Input<'_>, source: u16, named: At) -> (Vec<Row>, Vec<Diagnostic>) {
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let text = &input.sources.of(At::new(source, 0, 0)).text;
    let (mut start, mut columns) = (0, None);
    for line in text.split('\n') {
        let at = At::new(source, start, start + line.len());
        start += line.len() + 1;
        if line.trim().is_empty() {
            continue;
        }
        let read = match columns {
            None => header(line).map(|found| columns = Some(found)),
            Some(columns) => {
                let read = row(line, columns);
                read.map(|(arrival, user)| rows.push(Row { at, arrival, user }))
            }
        };
        wrong.extend(read.err().filter(|_| wrong.len() < MOST_ROWS).map(|found| found.at(at)));
        if rows.len() > MOST || columns.is_none() {
            break;
        }
    }
    if rows.len() > MOST {
        let message = format!("this file holds more than {MOST} arrivals");
        wrong.push(Diagnostic::error("too-large", message).at(named));
    }
    if columns.is_none() && wrong.is_empty() {
        let empty = Diagnostic::error("bad-arrivals", "this file is empty").at(named);
        wrong.push(empty.help(COLUMNS));
    }
    (rows, wrong)
}

/// How many columns a header names.
fn header(line: &str) -> Result<usize, Box<Diagnostic>> {
    let names: Vec<&str> = line.split(',').map(str::trim).collect();
    match names.as_slice() {
        ["time"] => Ok(1),
        ["time", "user"] => Ok(2),
        _ => {
            let message = format!("`{}` is not the header of arrivals", shown(line.trim()));
            Err(Box::new(Diagnostic::error("bad-arrivals", message).help(COLUMNS)))
        }
    }
}

fn row(line: &str, columns: usize) -> Result<(Arrival, Option<u64>), Box<Diagnostic>> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    if cells.len() != columns {
        let message = format!("this row has {} columns, and the header {columns}", cells.len());
        return Err(Box::new(Diagnostic::error("bad-arrivals", message).help(ROWS)));
    }
    let bad = |what: &str, why: Unreadable| {
        Box::new(Diagnostic::error(why.code, format!("{what}: {}", why.message)).help(ROWS))
    };
    if cells[0].contains(|c: char| c.is_alphabetic()) {
        let message = format!("a time: {} is no number of seconds", shown(cells[0]));
        return Err(Box::new(Diagnostic::error("bad-number", message).help(ROWS)));
    }
    // Exact to the nanosecond.
    let time = Span::read(&format!("{}s", cells[0])).map_err(|why| bad("a time", why))?;
    let user = cells.get(1).map(|cell| Count::read(cell)).transpose();
    let user = user.map_err(|why| bad("a user", why))?.map(|Count(user)| user);
    let known = user.map(|user| u32::try_from(user).unwrap_or(u32::MAX));
    Ok((Arrival { at: Time::from_nanos(time.nanos()), user: known }, user))
}

/// What concerns the arrivals of sources and something else: that their users are there, that they
/// come before the end, and that nothing else says when they come.
pub(super) fn check(input: &mut Input<'_>, nodes: &[Resolved], horizon: Span) {
    for node in nodes {
        let (Parameters::Source(source), Kind::Source(form)) = (&node.parameters, &node.form)
        else {
            continue;
        };
        let (Ticks::Arrivals(all), Some(written)) = (&source.ticks, &form.arrivals) else {
            continue;
        };
        let name = &node.name.value;
        let crowd = nodes.get(usize::from(source.crowd)).map(|crowd| &crowd.parameters);
        // A count that could not be read bounds nothing.
        if let Some(Parameters::Clients(clients)) = crowd
            && clients.count > 0
        {
            report_beyond(input, name, written, clients.count);
        }
        let late = all.iter().filter(|arrival| arrival.at.since(Time::ZERO) >= horizon).count();
        if late > 0 && horizon > Span::ZERO {
            let message = format!(
                "{late} of the {} arrivals of `{name}` come after the end of the run, at {}",
                all.len(),
                horizon.print()
            );
            let wrong = Diagnostic::warning("after-the-end", message).at(written.at);
            input.report(wrong.help("write a longer `horizon`"));
        }
    }
}

/// Reports arrivals for users that the crowd does not have, by their rows.
fn report_beyond(
    input: &mut Input<'_>,
    name: &str,
    written: &Located<Several<model::source::Arrival>>,
    count: u32,
) {
    let places: Vec<(At, u64)> = match &written.value {
        Several::One(path) => {
            // Rows that are bad for another reason have been reported.
            let opened = input.opened_values(&input.beside(written.at, path));
            let rows = opened.map(|source| rows_of(input, source, written.at).0);
            let rows = rows.into_iter().flatten();
            rows.filter_map(|row| Some((row.at, row.user?))).collect()
        }
        Several::Many(list) => {
            let user = |item: &model::source::Arrival| {
                let written = item.user.as_ref()?;
                Some((written.at, written.read().ok()?.0))
            };
            list.iter().filter_map(user).collect()
        }
    };
    let beyond = places.into_iter().filter(|(_, user)| *user >= u64::from(count));
    for (at, _) in beyond.take(MOST_ROWS) {
        // A row ends with it.
        let user = input.sources.text(at).rsplit(',').next().unwrap_or_default();
        let user = shown(user.trim());
        let message = format!("there is no user {user} of `{name}`: its crowd has {count}");
        let wrong = Diagnostic::error("out-of-range", message).at(at);
        input.report(wrong.help(format!("users are counted from 0, to {}", count - 1)));
    }
}

/// Whether arrivals say for whom they are.
pub(super) fn name_users(all: &[Arrival]) -> bool {
    all.iter().any(|arrival| arrival.user.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_to_the_nanosecond() {
        let read = |line| {
            let (Arrival { at, user }, _) =
                row(line, 1 + usize::from(str::contains(line, ','))).unwrap();
            (at.nanos(), user)
        };
        assert_eq!(read("0.000000001"), (1, None));
        assert_eq!(read(" 31535999.999999999 , 7"), (31_535_999_999_999_999, Some(7)));
        assert_eq!(read("3,0"), (3_000_000_000, Some(0)));
        assert!(row("3", 2).is_err() && row("-1", 1).is_err() && row("1,x", 2).is_err());
        assert!(row("2m", 1).is_err() && row("2s", 1).is_err() && row("1e3", 1).is_err());
    }
}
