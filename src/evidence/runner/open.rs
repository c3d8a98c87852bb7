//! Whether an application can be called from other machines, where it has no network of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the kernel lists of TCP, for both families.
const LISTS: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// TCP_LISTEN, as proc_net_tcp(5) has it.
const LISTENS: &str = "0A";

/// True when somebody listens on a port at another address than those of this machine's own loopback.
pub(super) async fn is_heard_elsewhere(port: u16) -> bool {
    for list in LISTS {
        let text = tokio::fs::read_to_string(list).await.unwrap_or_default();
        if text.lines().filter_map(listener).any(|(address, at)| at == port && !is_loopback(address)) {
            return true;
        }
    }
    false
}

/// A line such as `0: 0100007F:1F90 00000000:0000 0A …`: the words of an address are in the order of the machine.
fn listener(line: &str) -> Option<(IpAddr, u16)> {
    let mut fields = line.split_whitespace().skip(1);
    let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
    let (address, port) = local.split_once(':').filter(|_| state == LISTENS)?;
    let words: Option<Vec<u32>> = (0..address.len())
        .step_by(8)
        .map(|at| {
            u32::from_str_radix(address.get(at..at + 8)?, 16).ok().map(|word| u32::from_be_bytes(word.to_ne_bytes()))
        })
        .collect();
    let address = match *words?.as_slice() {
        [word] => Ipv4Addr::from_bits(word).into(),
        [a, b, c, d] => {
            let bits = [a, b, c, d].into_iter().fold(0, |bits, word| bits << 32 | u128::from(word));
            Ipv6Addr::from_bits(bits).into()
        }
        _ => return None,
    };
    Some((address, u16::from_str_radix(port, 16).ok()?))
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn listeners_are_read_from_the_kernels_list() {
        let word = |bytes: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(bytes));
        let line =
            |address: &str, state: &str| format!("   0: {address}:1F90 00000000:0000 {state} 00000000:00000000 00:0");
        let zero = word([0; 4]);
        let mapped = [zero.clone(), zero.clone(), word([0, 0, 255, 255]), word([127, 0, 0, 1])].concat();
        let own = [zero.clone(), zero.clone(), zero.clone(), word([0, 0, 0, 1])].concat();
        for (address, text, loopback) in [
            (word([127, 0, 0, 1]), "127.0.0.1", true),
            (word([127, 3, 2, 1]), "127.3.2.1", true),
            (zero.clone(), "0.0.0.0", false),
            (word([192, 0, 2, 2]), "192.0.2.2", false),
            (zero.repeat(4), "::", false),
            (own, "::1", true),
            (mapped, "::ffff:127.0.0.1", true),
        ] {
            let (read, port) = listener(&line(&address, "0A")).unwrap();
            assert_eq!((read.to_string().as_str(), port, is_loopback(read)), (text, 8080, loopback));
            assert_eq!(listener(&line(&address, "01")), None, "it is connected");
        }
        for other in ["  sl  local_address rem_address   st tx_queue rx_queue", "", "0: 01:1F90 0 0A", "0: é:1 0 0A"] {
            assert_eq!(listener(other), None, "{other}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_listens_everywhere_is_found() {
        let all = TcpListener::bind("0.0.0.0:0").unwrap();
        let own = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(is_heard_elsewhere(all.local_addr().unwrap().port()).await);
        assert!(!is_heard_elsewhere(own.local_addr().unwrap().port()).await);
    }
}
