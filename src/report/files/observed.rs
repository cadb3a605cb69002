//! Measured values from a table: long (`t_seconds,metric,value`), or wide, with a column for each
//! series behind `t_seconds`.
use super::{File, tables};
use crate::summary::observed::Measured;

/// The table in a folder of results, which is long.
pub const MEASURED: &str = "measured.csv";

/// The column of times.
const TIME: &str = "t_seconds";
/// The header of a long table.
const LONG: [&str; 3] = [TIME, "metric", "value"];

/// No time and no metric of a run comes near it.
const LARGEST: f64 = 1e15;

/// Reads a table of measured values, each series by its name, in the order in which they come up.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read(bytes: &[u8]) -> Result<Vec<Measured>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let long = header.iter().eq(LONG);
    if !long && (header.get(0) != Some(TIME) || header.len() < 2) {
        return Err(format!(
            "line 1: a table of measured values begins with `{}`, or with `{TIME}` and the name of \
             a series for each further column",
            LONG.join(","),
        ));
    }
    let mut all: Vec<Measured> = Vec::new();
    if !long {
        twice(&header)?;
        let named = |name: &str| Measured { name: name.to_owned(), points: Vec::new() };
        all.extend(header.iter().skip(1).map(named));
    }
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = |column: usize| number(&record[column], line);
        let time = number(0)?;
        // What was not measured at that time is an empty cell.
        let point = |column: usize| match &record[column] {
            "" => Ok(None),
            _ => number(column).map(|value| Some((time, value))),
        };
        if long {
            let point = point(2)?;
            match all.iter_mut().find(|known| known.name == record[1]) {
                Some(known) => known.points.extend(point),
                None => all.push(Measured {
                    name: record[1].to_owned(),
                    points: point.into_iter().collect(),
                }),
            }
            continue;
        }
        for (place, measured) in all.iter_mut().enumerate() {
            measured.points.extend(point(place + 1)?);
        }
    }
    for measured in &mut all {
        measured.points.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    if all.is_empty() { Err("it holds no values".to_owned()) } else { Ok(all) }
}

/// A series has one column: of two nobody says which one was measured.
fn twice(header: &csv::StringRecord) -> Result<(), String> {
    for (place, name) in header.iter().enumerate() {
        if let Some(first) = header.iter().take(place).position(|other| other == name) {
            let (one, other) = (first + 1, place + 1);
            return Err(format!(
                "line 1: `{name}` stands in columns {one} and {other}: give each series one column"
            ));
        }
    }
    Ok(())
}

/// The line of a table in which a series first stands.
pub fn line_of(bytes: &[u8], name: &str) -> Option<u64> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    if reader.headers().ok()?.iter().any(|known| known == name) {
        return Some(1);
    }
    let records = reader.records().filter_map(Result::ok);
    let mut own = records.filter(|record| record.get(1) == Some(name));
    own.next()?.position().map(csv::Position::line)
}

/// The values as a long table, which [`read`] gives back.
pub fn write(all: &[Measured]) -> File {
    let bytes = tables::rows(&LONG, |out| {
        for measured in all {
            for (time, value) in &measured.points {
                out(&[&time.to_string(), &measured.name, &value.to_string()]);
            }
        }
    });
    File { name: MEASURED.to_owned(), bytes }
}

fn number(text: &str, line: u64) -> Result<f64, String> {
    let read = text.parse().ok().filter(|value: &f64| value.is_finite());
    let value: f64 = read.ok_or_else(|| format!("line {line}: `{text}` is no number"))?;
    if value.abs() > LARGEST {
        return Err(format!("line {line}: {text} is more than {LARGEST:e}, which nothing reaches"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let long = read(b"t_seconds,metric,value\n5,a.b,2\n1,c,3\n0,a.b,1\n").unwrap();
        let wide = read(b"t_seconds, a.b, c\n0,1,\n1,,3\n5,2,\n").unwrap();
        assert_eq!(long, wide);
        assert_eq!(long[0].points, [(0.0, 1.0), (5.0, 2.0)]);
        assert_eq!(read(&write(&long).bytes).unwrap(), long);
        // What was not measured may have a row all the same.
        let rows = b"t_seconds,metric,value\n0,a.b,1\n0,c,\n1,c,3\n3,a.b,\n5,a.b,2\n";
        assert_eq!(read(rows).unwrap(), long);
    }

    #[test]
    fn a_series_has_a_line() {
        let (wide, long) = ("t_seconds,a,b\n0,1,2\n", "t_seconds,metric,value\n0,a,1\n0,b,1\n");
        let line = |table: &str, name: &str| line_of(table.as_bytes(), name);
        assert_eq!([line(wide, "b"), line(long, "b"), line(long, "c")], [Some(1), Some(3), None]);
    }

    #[test]
    fn what_is_no_table_is_said_with_its_line() {
        for (text, why) in [
            ("time,a\n0,1\n", "line 1: a table of measured values begins with"),
            ("t_seconds\n0\n", "line 1: a table of measured values begins with"),
            ("t_seconds,a\n0,1\n1,x\n", "line 3: `x` is no number"),
            ("t_seconds,a\nNaN,1\n", "line 2: `NaN` is no number"),
            ("t_seconds,a\n0,-1e308\n", "line 2: -1e308 is more than 1e15, which nothing reaches"),
            ("t_seconds,metric,value\n", "it holds no values"),
            ("t_seconds,a,b,a\n0,1,2,3\n", "line 1: `a` stands in columns 2 and 4: give each"),
            ("t_seconds,t_seconds\n0,1\n", "line 1: `t_seconds` stands in columns 1 and 2"),
            ("t_seconds,a\n0,1,2\n", "record 1"),
        ] {
            let said = read(text.as_bytes()).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
