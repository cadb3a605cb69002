//! The colours as names, light and dark, for pages that follow the reader's choice.
use super::theme::{self, Colour};

/// A colour by its name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Token {
    /// The name of the property, without dashes.
    pub name: &'static str,
    /// On a white page and on paper.
    pub light: Colour,
    /// On a dark page.
    pub dark: Colour,
}

const fn token(name: &'static str, light: Colour, dark: u32) -> Token {
    let [_, red, green, blue] = dark.to_be_bytes();
    Token { name, light, dark: plotters::style::RGBColor(red, green, blue) }
}

const fn colour(code: u32) -> Colour {
    token("", theme::PAGE, code).dark
}

/// All colours of a page. Text has a contrast of at least 4.5:1, strokes 3:1 (sky and purple
/// strokes lean on dash and label).
pub const TOKENS: [Token; 34] = [
    token("bg", theme::PAGE, 0x14_171b),
    token("ink", theme::INK, 0xe6_e8eb),
    token("ink2", theme::INK2, 0xb3_bac4),
    token("ink3", theme::INK3, 0x92_9ba7),
    token("rule", colour(0xd5_dae1), 0x3a_414b),
    token("grid", theme::GRID, 0x27_2c34),
    token("wash", colour(0xf5_f7f9), 0x1b_1f25),
    token("phase", theme::PHASE, 0x2a_2519),
    token("recovery", theme::RECOVERY, 0x1f_1e1a),
    token("edge", theme::PHASE_EDGE, 0x57_492a),
    token("blue", theme::BLUE.stroke, 0x4a_a8e0),
    token("blue-t", theme::BLUE.text, 0x6b_bcec),
    token("verm", theme::VERMILION.stroke, 0xf5_803e),
    token("verm-t", theme::VERMILION.text, 0xff_9a63),
    token("green", theme::GREEN.stroke, 0x35_c495),
    token("green-t", theme::GREEN.text, 0x4f_d3a8),
    token("purple", theme::PURPLE.stroke, 0xe0_9cc4),
    token("purple-t", theme::PURPLE.text, 0xe8_adcf),
    token("sky", theme::SKY.stroke, 0x8c_cbf0),
    token("sky-t", theme::SKY.text, 0x9b_d3f4),
    token("orange", theme::WARM, 0xf0_b02e),
    token("bad", colour(0xb0_4200), 0xff_9a63),
    token("unsure", colour(0x7a_5600), 0xf0_b95a),
    token("on", theme::PAGE, 0x14_171b),
    token("q0", theme::RAMP[0], 0x1c_222a),
    token("q1", theme::RAMP[1], 0x1d_2d3b),
    token("q2", theme::RAMP[2], 0x1e_3a50),
    token("q3", theme::RAMP[3], 0x1f_4966),
    token("q4", theme::RAMP[4], 0x21_597e),
    token("q5", theme::RAMP[5], 0x2a_6d98),
    token("q6", theme::RAMP[6], 0x41_89b6),
    token("q7", theme::RAMP[7], 0x63_a3cb),
    token("q8", theme::RAMP[8], 0x8d_bedd),
    token("q9", theme::RAMP[9], 0xc2_dff1),
];

/// The name of a colour of the theme; text where it has none.
pub fn name(colour: Colour) -> &'static str {
    TOKENS.iter().find(|token| token.light == colour).map_or("ink", |token| token.name)
}

/// The names as properties, and a class each for lines (`l-`), text and areas (`f-`). Dark is for
/// screens alone: paper is white.
pub fn style() -> String {
    let hex =
        |Colour { 0: red, 1: green, 2: blue }: Colour| format!("#{red:02x}{green:02x}{blue:02x}");
    let all = |pick: &dyn Fn(&Token) -> Colour| -> String {
        let one = |token: &Token| format!("--{}:{};", token.name, hex(pick(token)));
        TOKENS.iter().map(one).collect::<Vec<_>>().concat()
    };
    let class = |token: &Token| {
        let name = token.name;
        format!(".l-{name}{{stroke:var(--{name});fill:none}}.f-{name}{{fill:var(--{name})}}")
    };
    format!(
        ":root{{color-scheme:light dark;{}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n{}\n",
        all(&|token| token.light),
        all(&|token| token.dark),
        TOKENS.iter().map(class).collect::<String>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours as WCAG defines it.
    fn contrast(a: Colour, b: Colour) -> f64 {
        let part = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        let light = |c: Colour| 0.2126 * part(c.0) + 0.7152 * part(c.1) + 0.0722 * part(c.2) + 0.05;
        let (a, b) = (light(a), light(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_on_every_ground() {
        let find = |name: &str| *TOKENS.iter().find(|token| token.name == name).unwrap();
        for ground in ["bg", "wash", "phase", "recovery"].map(find) {
            for text in TOKENS.iter().filter(|token| {
                token.name.ends_with("-t") || ["ink", "ink2", "bad", "unsure"].contains(&token.name)
            }) {
                let pairs = [(text.light, ground.light), (text.dark, ground.dark)];
                for (ink, paper) in pairs {
                    let found = contrast(ink, paper);
                    assert!(found >= 4.5, "{} on {}: {found:.2}", text.name, ground.name);
                }
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = TOKENS.iter().map(|token| token.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TOKENS.len());
    }
}
