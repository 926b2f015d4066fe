"""The configuration of Asterisk as text: pure, from what okno knows to files by name.

Written for Asterisk 20 and newer, tried with 22.10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

APP = "okno"
USER = "okno"
BROWSER, SOFTPHONE, TRUNK = "b", "s", "t"
RTP_FIRST, RTP_LAST = 20_000, 29_999  # 5,000 calls with two parties each
# Drivers and databases nobody here uses: they take memory and complain without their files.
UNUSED = (
    *("chan_iax2", "chan_unistim", "chan_motif", "chan_console", "chan_mgcp", "chan_skinny", "chan_websocket"),
    *("res_hep", "res_hep_pjsip", "res_hep_rtcp", "res_snmp", "res_phoneprov", "res_pjsip_phoneprov_provider"),
    *("res_config_ldap", "res_config_pgsql", "res_config_odbc", "res_odbc", "res_config_sqlite3", "res_config_curl"),
    *("pbx_dundi", "pbx_ael", "pbx_lua", "pbx_realtime", "pbx_spool", "res_stun_monitor", "app_jack"),
    *("cdr_tds", "cel_tds", "cdr_radius", "cel_radius", "cdr_pgsql", "cel_pgsql", "cdr_csv", "cdr_custom"),
    *("cdr_manager", "cel_custom", "cel_manager", "cdr_odbc", "cel_odbc", "cdr_adaptive_odbc", "cdr_sqlite3_custom"),
    *("cel_sqlite3_custom", "app_voicemail", "app_voicemail_odbc", "app_voicemail_imap", "app_queue", "app_minivm"),
    *(
        "app_festival",
        "app_alarmreceiver",
        "app_agent_pool",
        "app_followme",
        "app_amd",
        "app_sms",
        "app_adsiprog",
        "app_getcpeid",
        "res_prometheus",
    ),
    *("res_calendar", "res_calendar_caldav", "res_calendar_ews", "res_calendar_exchange", "res_calendar_icalendar"),
    *("res_xmpp", "res_parking", "res_fax", "res_fax_spandsp", "res_smdi", "res_adsi", "res_ari_mailboxes"),
    *("res_mwi_external", "res_mwi_external_ami", "res_geolocation", "res_pjsip_geolocation", "res_aeap"),
    *("res_speech", "res_speech_aeap", "res_stir_shaken", "res_pjsip_stir_shaken", "res_clialiases"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where Asterisk's own files are: `modules`, `data` (sounds), `state` is written by it, `etc` by us."""

    etc: Path
    state: Path
    modules: Path
    data: Path
    sounds: Path
    music: Path


@dataclass(frozen=True, slots=True)
class Phone:
    """An operator's two endpoints have one password."""

    workspace_id: int
    operator: str
    password: str


@dataclass(frozen=True, slots=True)
class Trunk:
    """The way out to a provider. Without a `username` it knows us by our address.

    `hosts` are addresses calls may come from. `number` (E.164) is shown where nothing else is.
    """

    workspace_id: int
    host: str
    port: int
    transport: str
    hosts: Sequence[str]
    username: str = ""
    password: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Net:
    """Where it listens. `public` is the address others reach it by where that is another one (NAT)."""

    http_port: int
    ami_port: int
    sip_host: str
    sip_port: int
    public: str = ""


def endpoint(sort: str, workspace_id: int, operator: str = "") -> str:
    """Names of endpoints: `b1-<operator>` a browser, `s1-<operator>` a softphone, `t1` the trunk."""
    return f"{sort}{workspace_id}-{operator}" if operator else f"{sort}{workspace_id}"


def parse_endpoint(name: str) -> tuple[str, int, str] | None:
    """Back; null for what is none of ours."""
    head, _, operator = name.partition("-")
    if not head[1:].isdigit() or head[0] not in (BROWSER, SOFTPHONE, TRUNK):
        return None
    return head[0], int(head[1:]), operator


def render(
    place: Place, net: Net, password: str, phones: Sequence[Phone], trunks: Sequence[Trunk]
) -> Mapping[str, str]:
    """Every file of the folder `etc`. `password` is of ARI."""
    return {
        **_fixed(place),
        "manager.conf": _manager(net.ami_port, password),
        "http.conf": _http(net.http_port),
        "ari.conf": _ari(password),
        "rtp.conf": _rtp(),
        "pjsip.conf": _pjsip(net, phones, trunks),
        "extensions.conf": _extensions(trunks),
    }


def _lines(text: str) -> str:
    return dedent(text).lstrip()


def _fixed(place: Place) -> dict[str, str]:
    unused = "".join(f"noload => {name}.so\n" for name in UNUSED)
    state = place.state
    return {
        "asterisk.conf": _lines(f"""
            [directories]
            astetcdir => {place.etc}
            astmoddir => {place.modules}
            astvarlibdir => {state}/lib
            astdbdir => {state}/lib
            astkeydir => {state}/lib
            astdatadir => {place.data}
            astagidir => {place.data}/agi-bin
            astspooldir => {state}/spool
            astrundir => {state}/run
            astlogdir => {state}/log
            astsbindir => {state}
            [options]
            verbose = 0
            debug = 0
            defaultlanguage = ru
            hideconnect = yes
            transmit_silence = yes
            """),
        "modules.conf": f"[modules]\nautoload = yes\n{unused}",
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        "musiconhold.conf": f"[default]\nmode = files\ndirectory = {place.music}\n",
        "confbridge.conf": "[general]\n[default_user]\ntype = user\n[default_bridge]\ntype = bridge\n",
        "indications.conf": _lines("""
            [general]
            country = ru
            [ru]
            description = Russia
            ringcadence = 1000,4000
            dial = 425
            busy = 425/350,0/350
            ring = 425/1000,0/4000
            congestion = 425/175,0/175
            """),
        "stasis.conf": "[threadpool]\ninitial_size = 10\nidle_timeout_sec = 20\nmax_size = 100\n",
        "codecs.conf": "[opus]\ntype = opus\n",
        **dict.fromkeys(("features.conf", "ccss.conf", "udptl.conf", "sorcery.conf"), "[general]\n"),
        "extconfig.conf": "[settings]\n",
        "acl.conf": "[anywhere]\npermit = 0.0.0.0/0\n",
    }


def _http(port: int) -> str:
    return _lines(f"""
        [general]
        enabled = yes
        bindaddr = 127.0.0.1
        bindport = {port}
        sessionlimit = 2000
        session_inactivity = 30000
        session_keep_alive = 60000
        """)


def _ari(password: str) -> str:
    return f"[general]\nenabled = yes\npretty = no\n[{USER}]\ntype = user\nread_only = no\npassword = {password}\n"


def _manager(port: int, password: str) -> str:
    """For recordings alone, which the REST interface can neither begin on both sides nor pause."""
    return _lines(f"""
        [general]
        enabled = yes
        webenabled = no
        bindaddr = 127.0.0.1
        port = {port}
        [{USER}]
        secret = {password}
        deny = 0.0.0.0/0.0.0.0
        permit = 127.0.0.1/255.255.255.255
        write = call,system
        """)


def _rtp() -> str:
    return f"[general]\nrtpstart = {RTP_FIRST}\nrtpend = {RTP_LAST}\nstrictrtp = yes\nicesupport = yes\n"


def _media(net: Net, *, browser: bool = False) -> str:
    """A line that died silently is noticed; on the loopback nothing leaves it.

    Browsers never speak over the loopback: theirs is found by ICE, and encrypted.
    """
    times = "rtp_timeout = 60\nrtp_timeout_hold = 3600\n"
    if net.public:
        return f"{times}media_address = {net.public}\n"
    if net.sip_host == "127.0.0.1" and not browser:
        return f"{times}media_address = 127.0.0.1\nbind_rtp_to_media_address = yes\n"
    return times


def _pjsip(net: Net, phones: Sequence[Phone], trunks: Sequence[Trunk]) -> str:
    outside = "".join(
        f"external_media_address = {net.public}\nexternal_signaling_address = {net.public}\n" if net.public else ""
    )
    parts = [
        _lines("""
            [global]
            type = global
            user_agent = okno
            endpoint_identifier_order = username,ip
            unidentified_request_count = 5
            unidentified_request_period = 30
            [system]
            type = system
            threadpool_initial_size = 10
            threadpool_max_size = 50
            """),
        f"[udp]\ntype = transport\nprotocol = udp\nbind = {net.sip_host}:{net.sip_port}\n{outside}",
        f"[tcp]\ntype = transport\nprotocol = tcp\nbind = {net.sip_host}:{net.sip_port}\n{outside}",
        "[ws]\ntype = transport\nprotocol = ws\nbind = 127.0.0.1\n",
        *(_phone(net, phone) for phone in phones),
        *(_trunk(net, trunk) for trunk in trunks),
    ]
    return "".join(parts)


def _phone(net: Net, phone: Phone) -> str:
    parts = []
    for sort in (BROWSER, SOFTPHONE):
        name = endpoint(sort, phone.workspace_id, phone.operator)
        own = (
            "webrtc = yes\ndtls_auto_generate_cert = yes\nallow = opus,alaw,ulaw\n"
            if sort == BROWSER
            else "allow = alaw,ulaw,g722\nrtp_symmetric = yes\nforce_rport = yes\nrewrite_contact = yes\n"
        )
        parts.append(
            f"[{name}]\ntype = endpoint\ncontext = from-operator\ndisallow = all\n{own}direct_media = no\n"
            f"aors = {name}\nauth = {name}\n{_media(net, browser=sort == BROWSER)}"
            f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {name}\npassword = {phone.password}\n"
            f"[{name}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\nqualify_frequency = 20\n"
        )
    return "".join(parts)


def _trunk(net: Net, trunk: Trunk) -> str:
    name = endpoint(TRUNK, trunk.workspace_id)
    where = f"sip:{trunk.host}:{trunk.port}" + (";transport=tcp" if trunk.transport == "tcp" else "")
    login = f"outbound_auth = {name}\nfrom_user = {trunk.username}\n" if trunk.username else ""
    text = (
        f"[{name}]\ntype = endpoint\ncontext = {_context(trunk)}\ntransport = {trunk.transport}\n"
        "disallow = all\nallow = alaw,ulaw\n"
        f"direct_media = no\nrtp_symmetric = yes\naors = {name}\nfrom_domain = {trunk.host}\n{login}{_media(net)}"
        f"[{name}]\ntype = aor\ncontact = {where}\nqualify_frequency = 30\n"
        f"[{name}]\ntype = identify\nendpoint = {name}\n" + "".join(f"match = {host}\n" for host in trunk.hosts)
    )
    if trunk.username:
        text += (
            f"[{name}]\ntype = auth\nauth_type = userpass\nusername = {trunk.username}\npassword = {trunk.password}\n"
            f"[{name}]\ntype = registration\noutbound_auth = {name}\nserver_uri = sip:{trunk.host}:{trunk.port}\n"
            f"client_uri = sip:{trunk.username}@{trunk.host}:{trunk.port}\ntransport = {trunk.transport}\n"
            "retry_interval = 30\nforbidden_retry_interval = 300\nmax_retries = 1000000\n"
        )
    return text


def _context(trunk: Trunk) -> str:
    return f"from-trunk-{trunk.workspace_id}"


def _extensions(trunks: Sequence[Trunk]) -> str:
    """Whatever comes in goes to okno; where it is not there, the caller hears that nobody is."""
    parts = ["[general]\nstatic = yes\nwriteprotect = yes\n", "[from-operator]\nexten => _X!,1,Hangup(21)\n"]
    for trunk in trunks:
        arrives = f"Stasis({APP},in,{trunk.workspace_id},${{EXTEN}})"
        parts.append(f"[{_context(trunk)}]\n")
        parts += [f"exten => {pattern},1,{arrives}\n same => n,Hangup(38)\n" for pattern in ("_X!", "_+X!")]
    return "".join(parts)
