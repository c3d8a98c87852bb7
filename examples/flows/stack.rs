//! The software of the replies: in each module functions that add to a weight.

/// Functions of a module.
const PARTS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// One that G1 does not execute: nothing but G1 itself is measured.
    Unrun,
    /// One that it does: the suite and the control runs are made, and their results are part of what is sent.
    Python,
}

impl Stack {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unrun => "go-std",
            Self::Python => "python-stdlib",
        }
    }

    /// What the product is understood to be: its kind and its stack.
    pub fn product(self) -> [&'static str; 2] {
        match self {
            Self::Unrun => ["web", "other"],
            Self::Python => ["library", "python"],
        }
    }

    pub fn manifest(self) -> String {
        let (test, run) = match self {
            Self::Unrun => (r#"["go", "test", "./..."]"#, r#"["go", "run", ".", "{port}"]"#),
            Self::Python => (r#"["python3", "-m", "unittest", "-v"]"#, "[]"),
        };
        let name = self.name();
        format!(
            "[app]\nname = \"weighbridge\"\nstack = \"{name}\"\n[commands]\nsetup = []\ntest = {test}\nrun = {run}\n"
        )
    }

    /// Empty files that come with the first module.
    pub fn beside(self) -> &'static [&'static str] {
        match self {
            Self::Unrun => &[],
            Self::Python => &["app/__init__.py"],
        }
    }

    /// Empty files that come with the first tests.
    pub fn beside_tests(self) -> &'static [&'static str] {
        match self {
            Self::Unrun => &[],
            Self::Python => &["tests/__init__.py"],
        }
    }

    pub fn code_path(self, module: &str) -> String {
        match self {
            Self::Unrun => format!("{module}/{module}.go"),
            Self::Python => format!("app/{module}.py"),
        }
    }

    pub fn code(self, module: &str) -> String {
        let part = |n: usize| match self {
            Self::Unrun => format!("\nfunc Part{n}(weight int) int {{\n\treturn weight + {n}\n}}\n"),
            Self::Python => format!("\ndef part_{n}(weight):\n    \"\"\"Adds {n}.\"\"\"\n    return weight + {n}\n"),
        };
        let head = match self {
            Self::Unrun => format!("package {module}\n"),
            Self::Python => format!("\"\"\"The {module}.\"\"\"\n"),
        };
        head + &(0..PARTS).map(part).collect::<String>()
    }

    /// First and last line of a function.
    pub fn lines(self, n: usize) -> [usize; 2] {
        [3 + 4 * n, 5 + 4 * n]
    }

    pub fn test_path(self, module: &str) -> String {
        match self {
            Self::Unrun => format!("{module}/{module}_test.go"),
            Self::Python => format!("tests/test_{module}.py"),
        }
    }

    /// A test for each of these functions; one for all where nothing is run.
    pub fn test(self, module: &str, parts: &[usize]) -> String {
        match self {
            Self::Unrun => format!(
                "package {module}\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {{\n\tif Part1(1) != 2 {{\n\t\tt.Fatal()\n\t}}\n}}\n"
            ),
            Self::Python => {
                let test = |n: &usize| {
                    format!(
                        "\n    def test_part_{n}(self):\n        self.assertEqual({module}.part_{n}(1), {})\n",
                        n + 1
                    )
                };
                let tests: String = parts.iter().map(test).collect();
                format!("import unittest\n\nfrom app import {module}\n\n\nclass Parts(unittest.TestCase):{tests}")
            }
        }
    }

    pub fn test_name(self, module: &str, n: usize) -> String {
        match self {
            Self::Unrun => format!("{module}.TestIt"),
            Self::Python => format!("tests.test_{module}.Parts.test_part_{n}"),
        }
    }
}
