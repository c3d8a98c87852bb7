//! Colours as themes write them, brought down to what a terminal can show.

use ratatui::style::Color;

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// No colour at all (`NO_COLOR`): bold, underline and reverse carry the meaning.
    None,
    #[default]
    Ansi16,
    Ansi256,
    Rgb,
}

/// The sixteen colours by name, in the order of their numbers.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// What xterm shows for the sixteen; terminals differ, but which of them is nearest seldom does.
const XTERM: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// `cyan`, `bright-black`, `default`, `#7aa2f7` or a number of the 256.
#[must_use]
pub fn parse(text: &str) -> Option<Color> {
    if text == "default" {
        return Some(Color::Reset);
    }
    if let Some(n) = NAMES.iter().position(|n| *n == text) {
        return Some(ANSI[n]);
    }
    if let Some(hex) = text.strip_prefix('#') {
        let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        return (hex.len() == 6).then(|| Some(Color::Rgb(part(0)?, part(2)?, part(4)?))).flatten();
    }
    text.parse::<u8>().ok().map(Color::Indexed)
}

/// The nearest thing this terminal can show.
#[must_use]
pub fn reduce(color: Color, depth: Depth) -> Color {
    match (color, depth) {
        (_, Depth::None) => Color::Reset,
        (Color::Rgb(r, g, b), Depth::Ansi256) => Color::Indexed(nearest_of_240((r, g, b))),
        (Color::Rgb(r, g, b), Depth::Ansi16) => ANSI[nearest_of_16((r, g, b))],
        (Color::Indexed(n), Depth::Ansi16) => ANSI[if n < 16 { usize::from(n) } else { nearest_of_16(indexed(n)) }],
        (color, _) => color,
    }
}

/// Red, green and blue of one of the upper 240.
fn indexed(n: u8) -> (u8, u8, u8) {
    if n < 16 {
        return XTERM[usize::from(n)];
    }
    if n >= 232 {
        let grey = 8 + 10 * (n - 232);
        return (grey, grey, grey);
    }
    let n = n - 16;
    let level = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
    (level(n / 36), level(n / 6 % 6), level(n % 6))
}

fn nearest_of_240(rgb: (u8, u8, u8)) -> u8 {
    let lab = lab(rgb);
    (16..=255)
        .min_by(|a, b| apart(lab, self::lab(indexed(*a))).total_cmp(&apart(lab, self::lab(indexed(*b)))))
        .unwrap_or(7)
}

fn nearest_of_16(rgb: (u8, u8, u8)) -> usize {
    let target = lab(rgb);
    let chroma = |c: (f64, f64, f64)| c.1.hypot(c.2);
    let colourful = chroma(target) > 18.0;
    let distance = |n: usize| {
        let c = lab(XTERM[n]);
        // A pastel is nearest to grey by plain distance; its hue is what it means.
        if colourful && chroma(c) > 1.0 {
            let hue = |c: (f64, f64, f64)| c.2.atan2(c.1);
            let turn = (hue(c) - hue(target)).abs();
            let turn = turn.min(std::f64::consts::TAU - turn);
            turn * 60.0 + (c.0 - target.0).abs() * 0.5
        } else if colourful {
            1e6
        } else {
            apart(c, target)
        }
    };
    (0..16).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(7)
}

/// CIE L*a*b* under D65.
fn lab((r, g, b): (u8, u8, u8)) -> (f64, f64, f64) {
    let (r, g, b) = (linear(r), linear(g), linear(b));
    let x = (0.412_4 * r + 0.357_6 * g + 0.180_5 * b) / 0.950_47;
    let y = 0.212_6 * r + 0.715_2 * g + 0.072_2 * b;
    let z = (0.019_3 * r + 0.119_2 * g + 0.950_5 * b) / 1.088_83;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    (116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z)))
}

fn linear(v: u8) -> f64 {
    let v = f64::from(v) / 255.0;
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn apart(a: (f64, f64, f64), b: (f64, f64, f64)) -> f64 {
    ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2) + (a.2 - b.2).powi(2)).sqrt()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_brought_down() {
        assert_eq!(parse("cyan"), Some(Color::Cyan));
        assert_eq!(parse("#ff8000"), Some(Color::Rgb(255, 128, 0)));
        assert_eq!(parse("208"), Some(Color::Indexed(208)));
        for bad in ["#ff80", "#gg0000", "300", "greem", ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(reduce(Color::Rgb(255, 135, 0), Depth::Ansi256), Color::Indexed(208));
        assert_eq!(reduce(Color::Rgb(250, 20, 20), Depth::Ansi16), Color::LightRed);
        // A pastel green stays green instead of becoming grey.
        assert!(matches!(reduce(Color::Rgb(166, 227, 161), Depth::Ansi16), Color::Green | Color::LightGreen));
        assert_eq!(reduce(Color::Rgb(1, 2, 3), Depth::None), Color::Reset);
        assert_eq!(reduce(Color::Rgb(1, 2, 3), Depth::Rgb), Color::Rgb(1, 2, 3));
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let white = Color::Rgb(255, 255, 255);
        assert!((contrast(white, Color::Rgb(0, 0, 0)).unwrap() - 21.0).abs() < 0.01);
        assert!((contrast(white, Color::Rgb(119, 119, 119)).unwrap() - 4.48).abs() < 0.01);
    }

    /// Colours as somebody sees them without the cones for long (`protan`) or middle (`deutan`) waves (Machado 2009).
    pub fn seen(color: Color, deutan: bool) -> (f64, f64, f64) {
        let Color::Rgb(r, g, b) = color else { panic!("{color:?} has no fixed look") };
        let m: [[f64; 3]; 3] = if deutan {
            [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
        } else {
            [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
        };
        let from = [linear(r), linear(g), linear(b)];
        let byte = |row: &[f64; 3]| {
            let v = row.iter().zip(from).map(|(m, v)| m * v).sum::<f64>().clamp(0.0, 1.0);
            let v = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
            (v * 255.0).round() as u8
        };
        lab((byte(&m[0]), byte(&m[1]), byte(&m[2])))
    }

    /// The contrast of two colours by WCAG 2, from 1 to 21; `None` for colours whose look the terminal decides.
    #[must_use]
    pub fn contrast(a: Color, b: Color) -> Option<f64> {
        let luminance = |c| match c {
            Color::Rgb(r, g, b) => Some(0.212_6 * linear(r) + 0.715_2 * linear(g) + 0.072_2 * linear(b)),
            _ => None,
        };
        let (a, b) = (luminance(a)?, luminance(b)?);
        Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
    }

    pub fn distance(a: (f64, f64, f64), b: (f64, f64, f64)) -> f64 {
        apart(a, b)
    }
}
