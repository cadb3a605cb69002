//! The page around its sections: head, policy, style, contents.
use super::text;
use crate::{
    engine::number,
    report::{chart::Chart, palette},
    summary::figures,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// A part of the page with a headline.
pub(super) struct Section {
    /// Unique in the page.
    pub(super) id: &'static str,
    /// Its headline.
    pub(super) title: &'static str,
    /// What the contents call it.
    pub(super) short: &'static str,
    /// What it says.
    pub(super) body: Markup,
}

/// A section with a body; none without.
pub(super) fn section(
    id: &'static str,
    title: &'static str,
    short: &'static str,
    body: Option<Markup>,
) -> Option<Section> {
    Some(Section { id, title, short, body: body? })
}

/// A finding, with a link to the chart that shows it.
pub(super) fn finding(sentence: &str, chart: Option<&Chart>) -> Markup {
    html! {
        li { (text::sentence(sentence))
            @if let Some(chart) = chart {
                " " a href={ "#chart-" (chart.name) } { (text::clean(&label(chart), 60)) }
            } }
    }
}

/// What a link to a chart says.
fn label(chart: &Chart) -> String {
    let panel = chart.panels.first().map_or("", |panel| panel.name.as_str());
    let name = chart.name.as_str();
    match name {
        "cpu" => "Utilisation over time".to_owned(),
        _ if name.starts_with("sweep-") => figures::capitalized(panel),
        _ if name.starts_with("grid-") => "The grid".to_owned(),
        _ => figures::capitalized(&name.replace('-', " ")),
    }
}

/// What stands at the page's top and bottom.
pub(super) struct Frame {
    /// The window's title.
    pub(super) title: String,
    /// Question, verdict, decision.
    pub(super) header: Markup,
    /// Version and fingerprint.
    pub(super) footer: Markup,
}

/// Layout and type; colours come from the palette.
const LAYOUT: &str = include_str!("style.css");

/// What a pointer and a keyboard can do; the page says all without it.
const SCRIPT: &str = include_str!("script.js");

/// The whole document.
pub(super) fn document(frame: &Frame, sections: &[Section]) -> Vec<u8> {
    let style = palette::style() + LAYOUT;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (text::clean(&frame.title, 120)) }
                style { (PreEscaped(&style)) }
            }
            body {
                a.skip href="#main" { "To the findings" }
                div.page {
                    header { (frame.header) (contents(sections)) }
                    main id="main" { @for section in sections { (rendered(section)) } }
                    footer { (frame.footer) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string().into_bytes()
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" {
            @for section in sections { a href={ "#" (section.id) } { (section.short) } }
        }
    }
}

fn rendered(section: &Section) -> Markup {
    html! {
        section id=(section.id) aria-labelledby={ (section.id) "-h" } {
            h2 id={ (section.id) "-h" } { (section.title) }
            (section.body)
        }
    }
}

/// Nothing may be loaded, and no style or script counts but the page's own.
fn policy(style: &str) -> String {
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(style),
        hash(SCRIPT),
    )
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for sign in 0..4 {
            let index = number::index(bits >> (18 - 6 * sign) & 63);
            let there = number::index(sign) <= group.len();
            out.push(if there { char::from(SIGNS[index]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_its_known_answers() {
        for (text, code) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(text.as_bytes()), code, "RFC 4648, section 10");
        }
    }
}
