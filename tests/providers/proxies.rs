//! Bytes through proxies of every kind and over TLS, and which hop `g1 doctor` names where they do not pass.

use crate::{
    quotes::WALL,
    server::{Server, page, send},
    support::{Bed, code, text},
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use std::{
    io::{BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

/// Serves every connection on a thread of its own.
fn listening(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, serve) = (listener.local_addr().expect("an address"), Arc::new(serve));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A head of HTTP and the body that it announces.
fn message(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// `llm.test` over TLS, with a certificate that only `authority.pem` vouches for; behind it the server.
fn secure(behind: SocketAddr) -> SocketAddr {
    let chain = vec![CertificateDer::from_pem_file(fixture("server.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(fixture("server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(chain, key);
    let config = Arc::new(config.expect("they fit"));
    listening(move |stream| {
        let mut secure = StreamOwned::new(ServerConnection::new(config.clone()).expect("a connection"), stream);
        // Who does not trust the certificate goes away in the handshake.
        let Some((head, body)) = message(&mut secure) else { return };
        let mut server = TcpStream::connect(behind).expect("it listens");
        server.write_all(&[head.as_bytes(), &body].concat()).expect("it reads");
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).expect("it answers and closes");
        let _ = secure.write_all(&answer);
        secure.conn.send_close_notify();
        let _ = secure.flush();
    })
}

/// Both ways until both ends have closed.
fn joined(one: TcpStream, other: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    };
    let (back, forth) = (other.try_clone().expect("a handle"), one.try_clone().expect("a handle"));
    let answers = thread::spawn(move || copy(back, forth));
    copy(one, other);
    let _ = answers.join();
}

/// A proxy that leads everything to one place, and what it was asked for.
struct Gate {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    /// HTTP, in absolute form and by `CONNECT`; with a login only that one passes.
    fn http(to: SocketAddr, login: Option<&'static str>) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        let address = listening(move |mut stream| {
            let Some((head, body)) = message(&mut stream) else { return };
            let (line, rest) = head.split_once("\r\n").expect("a first line");
            log.lock().expect("not poisoned").push(line.to_owned());
            if login.is_some_and(|login| !head.to_ascii_lowercase().contains(&login.to_ascii_lowercase())) {
                return send(&mut stream, &page("407 Who are you", "", "text/plain", "log in first"));
            }
            let mut server = TcpStream::connect(to).expect("it listens");
            if line.starts_with("CONNECT ") {
                send(&mut stream, "HTTP/1.1 200 Here you are\r\n\r\n");
            } else {
                let line = line.replacen("http://llm.test", "", 1);
                server.write_all(&[format!("{line}\r\n{rest}").as_bytes(), &body].concat()).expect("it reads");
            }
            joined(stream, server);
        });
        Self { address, asked }
    }

    /// SOCKS 5, told names.
    fn socks(to: SocketAddr) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        let address = listening(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
            let mut take = |count: usize| {
                let mut bytes = vec![0; count];
                reader.read_exact(&mut bytes).ok().map(|()| bytes)
            };
            let Some(methods) = take(2).and_then(|start| take(start[1].into())) else { return };
            assert!(methods.contains(&0), "it may come without a login");
            stream.write_all(&[5, 0]).expect("it reads");
            let Some(place) = take(5).and_then(|start| take(usize::from(start[4]) + 2)) else { return };
            let (name, port) = place.split_at(place.len() - 2);
            let port = u16::from_be_bytes([port[0], port[1]]);
            log.lock().expect("not poisoned").push(format!("{} {port}", String::from_utf8_lossy(name)));
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).expect("it reads");
            assert!(reader.buffer().is_empty(), "nothing is said before the way is open");
            joined(stream, TcpStream::connect(to).expect("it listens"));
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

fn g1(bed: &Bed, base: &str, set: &[(&str, &str)], args: &[&str]) -> Output {
    let mut command = bed.g1(args);
    command.args(["-c", "models.retries=0", "-c", "models.timeouts.connect_ms=2000"]).env("OPENAI_BASE_URL", base);
    command.envs(set.iter().copied()).output().expect("g1 starts")
}

fn all(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

/// The hops of `g1 doctor` that fail, by name.
fn failing(bed: &Bed, base: &str, set: &[(&str, &str)]) -> Vec<String> {
    let doctor = g1(bed, base, set, &["doctor", "-m", "compat/m", "--json"]);
    let rows =
        text(&doctor.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
    let after = rows.iter().skip_while(|row| row["what"] != "model").filter(|row| row["ok"] == false);
    after.map(|row| row["what"].as_str().expect("a name").to_owned()).collect()
}

const NAMED: &str = "http://llm.test/v1";
const SECURE: &str = "https://llm.test/v1";

#[test]
fn a_run_goes_through_the_proxy_for_http() {
    let server = Server::start(|_, _| {}, 0);
    let (gate, bed) = (Gate::http(server.address, None), Bed::new());
    let proxy = format!("http://{}", gate.address);
    let run = g1(&bed, NAMED, &[("HTTP_PROXY", &proxy)], &["run", WALL, "-m", "compat/m", "-y", "--plan-only"]);
    assert_eq!(code(&run), 0, "{}", all(&run));
    let asked = gate.asked();
    assert_eq!(asked.len(), server.calls());
    assert!(asked.iter().all(|line| line == "POST http://llm.test/v1/chat/completions HTTP/1.1"), "{asked:?}");
    assert_eq!(failing(&bed, NAMED, &[("http_proxy", &proxy)]), [""; 0]);
}

#[test]
fn what_is_exempt_goes_past_the_proxy_and_the_doctor_says_the_same() {
    let server = Server::start(|_, _| {}, 0);
    let (gate, bed) = (Gate::http(server.address, None), Bed::new());
    let proxy = format!("http://{}", gate.address);
    // An address of this machine that is not its loopback: it would go through a proxy.
    let base = format!("http://0.0.0.0:{}/v1", server.address.port());
    let run = ["run", WALL, "-m", "compat/m", "-y", "--plan-only"];
    let exempt = [("ALL_PROXY", proxy.as_str()), ("NO_PROXY", "llm.test, 0.0.0.0/8")];
    let direct = g1(&bed, &base, &exempt, &run);
    assert_eq!((code(&direct), gate.asked().len()), (0, 0), "{}", all(&direct));
    let doctor = |set: &[(&str, &str)]| all(&g1(&bed, &base, set, &["doctor", "-m", "compat/m"]));
    assert!(!doctor(&exempt).contains("ALL_PROXY leads through"));
    assert_eq!(gate.asked().len(), 0);
    let other = [("ALL_PROXY", proxy.as_str()), ("NO_PROXY", "llm.test, 10.0.0.0/8")];
    let said = doctor(&other);
    assert!(said.contains("ALL_PROXY leads through") && gate.asked().len() == 1, "{said} {:?}", gate.asked());
}

#[test]
fn a_tunnel_and_the_users_own_authority_carry_a_call() {
    let server = Server::start(|_, _| {}, 0);
    let (gate, bed) = (Gate::http(secure(server.address), None), Bed::new());
    let (proxy, authority) = (format!("http://{}", gate.address), fixture("authority.pem").display().to_string());
    let trusting = [("HTTPS_PROXY", proxy.as_str()), ("SSL_CERT_FILE", &authority)];
    let test = ["models", "test", "compat/m"];
    let tested = g1(&bed, SECURE, &trusting, &test);
    assert_eq!(code(&tested), 0, "{}", all(&tested));
    let asked = gate.asked();
    assert!(!asked.is_empty() && asked.iter().all(|line| line == "CONNECT llm.test:443 HTTP/1.1"), "{asked:?}");
    assert_eq!(failing(&bed, SECURE, &trusting), [""; 0]);
    let calls = server.calls();
    let untrusted = [("HTTPS_PROXY", proxy.as_str())];
    let refused = g1(&bed, SECURE, &untrusted, &test);
    let said = all(&refused);
    assert!(code(&refused) == 6 && said.contains("no secure connection") && said.contains("SSL_CERT_FILE"), "{said}");
    assert_eq!(failing(&bed, SECURE, &untrusted), ["tls"]);
    assert_eq!(server.calls(), calls, "nothing was said to somebody unknown");
}

#[test]
fn a_proxy_that_wants_a_login_is_named_and_given_it() {
    let server = Server::start(|_, _| {}, 0);
    let login = "Proxy-Authorization: Basic YW5uOnMzY3JldA==";
    let authority = fixture("authority.pem").display().to_string();
    for (base, behind) in [(NAMED, server.address), (SECURE, secure(server.address))] {
        let (gate, bed) = (Gate::http(behind, Some(login)), Bed::new());
        let named = |proxy: &str| [("ALL_PROXY", proxy.to_owned()), ("SSL_CERT_FILE", authority.clone())];
        let test = |proxy: &str| {
            let set = named(proxy);
            g1(&bed, base, &set.each_ref().map(|(key, value)| (*key, value.as_str())), &["models", "test", "compat/m"])
        };
        let passed = test(&format!("http://ann:s3cret@{}", gate.address));
        assert_eq!(code(&passed), 0, "{}", all(&passed));
        let plain = format!("http://{}", gate.address);
        let refused = test(&plain);
        assert!(code(&refused) == 6 && all(&refused).contains("proxy"), "{}", all(&refused));
        let set = named(&plain);
        let set = set.each_ref().map(|(key, value)| (*key, value.as_str()));
        assert_eq!(failing(&bed, base, &set), ["proxy"]);
    }
}

#[test]
fn socks_carries_a_call_and_what_is_no_proxy_is_refused() {
    let server = Server::start(|_, _| {}, 0);
    let (gate, bed) = (Gate::socks(secure(server.address)), Bed::new());
    let (proxy, authority) = (format!("socks5h://{}", gate.address), fixture("authority.pem").display().to_string());
    let test = ["models", "test", "compat/m"];
    let set = [("ALL_PROXY", proxy.as_str()), ("SSL_CERT_FILE", &authority)];
    let tested = g1(&bed, SECURE, &set, &test);
    assert_eq!(code(&tested), 0, "{}", all(&tested));
    assert!(server.calls() > 0 && gate.asked().iter().all(|place| place == "llm.test 443"), "{:?}", gate.asked());
    let calls = server.calls();
    let odd = [("ALL_PROXY", "quic://ann:s3cret@gate"), ("SSL_CERT_FILE", &authority)];
    let said = all(&g1(&bed, SECURE, &odd, &test));
    assert!(said.contains("ALL_PROXY") && said.contains("socks5h://") && !said.contains("s3cret"), "{said}");
    assert_eq!(server.calls(), calls, "nothing goes past a proxy that cannot be used");
}
