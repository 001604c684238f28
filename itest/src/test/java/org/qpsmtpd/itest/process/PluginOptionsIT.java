package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Every option that the README of a plugin documents is taken, on a line and in a file of the
 * deploy folder, as it is documented and in lower and upper case.
 */
class PluginOptionsIT {
    private static final Path PLUGINS = Path.of("../plugins");

    /** The option for which a line has no name: what the line holds. */
    private static final String WHOLE_LINE = "arguments";

    private static final List<UnaryOperator<String>> SPELLINGS =
            List.of(
                    name -> name,
                    name -> name.toLowerCase(Locale.ROOT),
                    name -> name.toUpperCase(Locale.ROOT));

    private final Path folder;

    PluginOptionsIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** A value that each option may have. */
    private Map<String, String> values() {
        String crt = folder.resolve("mx.crt").toString();
        String key = folder.resolve("mx.key").toString();
        Map<String, String> values = new LinkedHashMap<>();
        values.put("reject", "1");
        values.put("reject_type", "temp");
        values.put("count_unrecognized_commands limit", "5");
        values.put("noop_counter limit", "4");
        values.put("connection_time level", "NOTICE");
        values.put("bogus_bounce action", "denysoft");
        values.put("submission clients", "relay");
        values.put("submission add_date", "false");
        values.put("submission add_message_id", "false");
        values.put("submission bcc", "keep");
        values.put("submission require_from", "false");
        values.put("dkim timeout", "5");
        values.put("dkim max_signatures", "5");
        values.put("dkim accept_part", "true");
        values.put("dkim sign", "false");
        values.put("dkim canonicalization", "relaxed/simple");
        values.put("dkim expire", "7");
        values.put("dmarc quarantine", "header");
        values.put("dmarc defer_temperror", "true");
        values.put("dmarc timeout", "5");
        values.put("dmarc reporting", "0");
        values.put("dmarc report_host", "127.0.0.1:2");
        values.put("dmarc report_tls", "encrypt");
        values.put("dmarc report_from", "postmaster@example.org");
        values.put("dmarc report_org", "ours");
        values.put("dmarc report_contact", "https://example.org/");
        values.put("dmarc report_rows", "100");
        values.put("dmarc failure_reports", "true");
        values.put("content_log file_limit", "20");
        values.put("loadcheck max_load", "7.5");
        values.put("loadcheck cache_time", "5");
        values.put("naughty reject", "mail");
        values.put("earlytalker wait", "0");
        values.put("earlytalker check_at", "CONNECT,DATA");
        values.put("earlytalker defer_reject", "yes");
        values.put("earlytalker action", "deny");
        values.put("logging/file arguments", "loglevel WARN " + folder.resolve("log"));
        values.put("logging/warn level", "ERROR");
        values.put("logging/connection_id level", "ERROR");
        values.put("logging/transaction_id level", "ERROR");
        values.put("logging/adaptive accept", "CRIT");
        values.put("logging/adaptive reject", "ERROR");
        values.put("logging/adaptive prefix", "+");
        values.put("logging/logterse prefix", "~");
        values.put("logging/logterse style", "colon");
        values.put("logging/json to", folder.resolve("json").toString());
        values.put("logging/json loglevel", "ERROR");
        values.put("logging/syslog loglevel", "ERROR");
        values.put("logging/syslog priority", "LOG_NOTICE");
        values.put("logging/syslog ident", "mx");
        values.put("logging/syslog facility", "LOG_LOCAL3");
        values.put("logging/syslog logsock", "unix,tls");
        values.put("logging/syslog host", "127.0.0.1:2");
        values.put("logging/syslog socket", folder.resolve("syslog").toString());
        values.put("logging/syslog format", "rfc5424");
        values.put("logging/syslog ca", crt);
        values.put("queue/smtp-forward host", "127.0.0.1");
        values.put("queue/smtp-forward port", "2");
        values.put("queue/smtp-forward flags", "xclient");
        values.put("queue/smtp-forward tls", "verify");
        values.put("queue/smtp-forward caFile", crt);
        values.put("queue/smtp-forward timeoutSeconds", "30");
        values.put("queue/smtp-forward maxSeconds", "200");
        values.put("queue/smtp-forward idleConnections", "1");
        values.put("queue/smtp-forward idleSeconds", "2");
        values.put("queue/smtp-forward messagesPerConnection", "3");
        values.put("queue/smtp-forward strictEightBit", "on");
        values.put("queue/smtp-forward smtproutes", "on");
        values.put("queue/smtp-proxy host", "127.0.0.1");
        values.put("queue/smtp-proxy port", "2");
        values.put("queue/smtp-proxy flags", "xclient");
        values.put("queue/smtp-proxy found", "ok");
        values.put("queue/smtp-proxy balance", "round_robin");
        values.put("queue/smtp-proxy tls", "verify");
        values.put("queue/smtp-proxy caFile", crt);
        values.put("queue/smtp-proxy timeoutSeconds", "30");
        values.put("queue/smtp-proxy maxSeconds", "200");
        values.put("queue/smtp-proxy idleConnections", "1");
        values.put("queue/smtp-proxy idleSeconds", "2");
        values.put("queue/smtp-proxy messagesPerConnection", "3");
        values.put("queue/smtp-proxy strictEightBit", "on");
        values.put("queue/kafka servers", "127.0.0.1:2,[::1]:3");
        values.put("queue/kafka topic", "mail");
        values.put("queue/kafka key", "%d");
        values.put("queue/kafka sasl", "plain");
        values.put("queue/kafka compression", "gzip");
        values.put("queue/amqp servers", "127.0.0.1:2,[::1]:3");
        values.put("queue/amqp routing_key", "mail.%d");
        values.put("queue/amqp exchange", "mail");
        values.put("queue/amqp vhost", "/mx");
        values.put("queue/nats servers", "127.0.0.1:2,[::1]:3");
        values.put("queue/nats subject", "mail.%d");
        values.put("queue/kafka max_octets", "2048");
        values.put("queue/kafka per", "recipient");
        values.put("queue/kafka larger", "decline");
        values.put("queue/kafka timeoutSeconds", "20");
        values.put("queue/kafka most_messages", "9");
        values.put("queue/kafka most_octets", "4096");
        values.put("queue/kafka user", "mx");
        values.put("queue/kafka password_file", key);
        values.put("queue/kafka tls", "verify");
        values.put("queue/kafka ca_file", crt);
        values.put("queue/amqp max_octets", "2048");
        values.put("queue/amqp per", "recipient");
        values.put("queue/amqp larger", "decline");
        values.put("queue/amqp timeoutSeconds", "20");
        values.put("queue/amqp most_messages", "9");
        values.put("queue/amqp most_octets", "4096");
        values.put("queue/amqp user", "mx");
        values.put("queue/amqp password_file", key);
        values.put("queue/amqp tls", "verify");
        values.put("queue/amqp ca_file", crt);
        values.put("queue/nats max_octets", "2048");
        values.put("queue/nats per", "recipient");
        values.put("queue/nats larger", "decline");
        values.put("queue/nats timeoutSeconds", "20");
        values.put("queue/nats most_messages", "9");
        values.put("queue/nats most_octets", "4096");
        values.put("queue/nats user", "mx");
        values.put("queue/nats password_file", key);
        values.put("queue/nats tls", "verify");
        values.put("queue/nats ca_file", crt);
        values.put("queue/spool host", "127.0.0.1");
        values.put("queue/spool port", "2");
        values.put("queue/spool flags", "xclient");
        values.put("queue/spool protocol", "lmtp");
        values.put("queue/spool balance", "round_robin");
        values.put("queue/spool tls", "verify");
        values.put("queue/spool caFile", crt);
        values.put("queue/spool timeoutSeconds", "30");
        values.put("queue/spool maxSeconds", "200");
        values.put("queue/spool idleConnections", "1");
        values.put("queue/spool idleSeconds", "2");
        values.put("queue/spool messagesPerConnection", "3");
        values.put("queue/spool strictEightBit", "on");
        values.put("queue/spool folder", folder.resolve("spool").toString());
        values.put("queue/spool first_retry", "200");
        values.put("queue/spool longest_retry", "4000");
        values.put("queue/spool give_up", "86400");
        values.put("queue/spool warn_after", "0");
        values.put("queue/spool concurrency", "2");
        values.put("queue/spool max_messages", "1000");
        values.put("queue/spool max_size", "100");
        values.put("queue/exim-bsmtp exim_path", "/bin/false");
        values.put("queue/exim-bsmtp timeout", "30");
        values.put("queue/lmtp host", folder.resolve("lmtp").toString());
        values.put("queue/lmtp port", "2");
        values.put("queue/lmtp tls", "verify");
        values.put("queue/lmtp caFile", crt);
        values.put("queue/lmtp timeoutSeconds", "30");
        values.put("queue/lmtp maxSeconds", "200");
        values.put("queue/lmtp idleConnections", "1");
        values.put("queue/lmtp idleSeconds", "2");
        values.put("queue/lmtp messagesPerConnection", "3");
        values.put("queue/postfix-queue socket", folder.resolve("cleanup").toString());
        values.put("queue/postfix-queue flags", "FLAG_FILTER");
        values.put("queue/postfix-queue timeout", "30");
        values.put("queue/qmail-queue program", "/bin/false");
        values.put("queue/qmail-queue timeout", "30");
        values.put("queue/maildir path", folder.resolve("a mail, of some").toString());
        values.put("queue/maildir subdir", "%d/%l");
        values.put("queue/maildir mode", "750");
        values.put("queue/maildir quota", "10000000S,1000C");
        values.put("relay only", "0");
        values.put("loop max_hops", "50");
        values.put("helo policy", "rfc");
        values.put("fcrdns timeout", "4");
        values.put("fcrdns has_reverse_dns", "yes");
        values.put("fcrdns has_forward_dns", "no");
        values.put("dnsbl timeout", "20");
        values.put("dnsbl threshold", "2");
        values.put("self_test", "0");
        values.put("dns_whitelist_soft at", "connect");
        values.put("dns_whitelist_soft timeout", "3");
        values.put("helo timeout", "6");
        values.put("helo dns_timeout", "7");
        values.put("help arguments", "not_implemented,1");
        values.put("headers require", "From,Date");
        values.put("headers past", "30");
        values.put("headers future", "2");
        values.put("headers days", "3");
        values.put("tls certificate", crt);
        values.put("tls key", key);
        values.put("tls ca", crt);
        values.put("tls dhparam", "none");
        values.put("tls sni", "\"" + crt + "," + key + "\"");
        values.put("tls smtps_port", "0");
        values.put("random_error percentage", "0.5");
        values.put("add_headers", "no");
        values.put("on_error", "defer");
        values.put("ident/geoip db_dir", folder.toString());
        values.put("ident/geoip distance", "192.0.2.25");
        values.put("ident/geoip too_far", "8000");
        values.put("ident/geoip deny_country", "KP,XX");
        values.put("ident/geoip deny_asn", "AS64500,64501");
        values.put("ident/p0f socket", folder.resolve("p0f.sock").toString());
        values.put("ident/p0f version", "3");
        values.put("ident/p0f smite_os", "windows");
        values.put("domains", "example.org,.example.net");
        values.put("found", "ok");
        values.put("delimiter", "+");
        values.put("cache_seconds", "60");
        values.put("unknown_cache_seconds", "6");
        values.put("cache_entries", "100");
        values.put("connections", "2");
        values.put("timeoutMillis", "500");
        values.put("password_file", key);
        values.put("rcpt_ldap servers", "ldap://127.0.0.1:2,ldaps://[::1]");
        values.put("rcpt_ldap base", "dc=example,dc=org");
        values.put("rcpt_ldap filter", "(&(mail=%s)(uid=%u))");
        values.put("rcpt_ldap unknown_when", "(a=b)");
        values.put("rcpt_ldap disabled_when", "(!(c=d))");
        values.put("rcpt_ldap bind_dn", "cn=mx");
        values.put("rcpt_ldap starttls", "yes");
        values.put("rcpt_ldap caFile", crt);
        values.put("karma negative", "2");
        values.put("karma strikes", "4");
        values.put("karma penalty_days", "0.5");
        values.put("karma on_error", "defer");
        values.put("karma db_dir", "/var/lib/qpsmtpd/karma");
        values.put("karma nfslock", "1");
        values.put("greylisting remote_ip", "1");
        values.put("greylisting sender", "1");
        values.put("greylisting recipient", "1");
        values.put("greylisting ipv4_prefix", "24");
        values.put("greylisting ipv6_prefix", "48");
        values.put("greylisting domain", "1");
        values.put("greylisting auto_allow", "5");
        values.put("greylisting black_timeout", "60");
        values.put("greylisting grey_timeout", "600");
        values.put("greylisting white_timeout", "6000");
        values.put("greylisting deny_late", "message");
        values.put("greylisting per_recipient", "1");
        values.put("greylisting p0f", "genre,windows");
        values.put("greylisting geoip", "US,HU");
        values.put("greylisting mode", "testonly");
        values.put("greylisting on_error", "defer");
        values.put("greylisting db_dir", "/var/lib/qpsmtpd/greylisting");
        values.put("greylisting redis", "127.0.0.1:6379");
        values.put("greylisting nfslock", "1");
        values.put("greylisting upgrade", "1");
        values.put("whitelist per_recipient", "1");
        values.put("whitelist merge", "0");
        values.put("limit ipv4_prefix", "28");
        values.put("limit ipv6_prefix", "56");
        values.put("limit on_error", "defer");
        values.put("rcpt_map domain", "example.com");
        values.put("rcpt_map file", crt);
        values.put("rcpt_map default", "DENY=Not_here");
        values.put("rcpt_list extn", "-");
        values.put("rcpt_alias extn", "-");
        values.put("rcpt_alias most", "50");
        values.put("bcc mode", "cc");
        values.put("bcc all", "maillog");
        values.put("bcc incoming", "in@example.com");
        values.put("bcc outgoing", "out@example.com");
        values.put("qmail_deliverable server", "127.0.0.1:8998");
        values.put("qmail_deliverable smtproutes_file", "/var/qmail/control/smtproutes");
        values.put("qmail_deliverable vpopmail_ext", "1");
        values.put("qmail_deliverable timeout", "5");
        values.put("qmail_deliverable on_error", "defer");
        values.put("http_config url", "http://127.0.0.1:2/config/");
        values.put("http_config more", "http://127.0.0.1:2/,https://127.0.0.1:2/?config=");
        values.put("http_config timeout", "1");
        values.put("http_config life", "30");
        values.put("http_config size_limit", "4096");
        values.put("http_config ca", crt);
        values.put("stunnel proxy", "on");
        values.put("user_config pattern", "users/%h/%u");
        values.put("user_config more", "domains/%h,/home/%u/.qpsmtpd");
        values.put("user_config links", "1");
        values.put("badmailfrom per_recipient", "1");
        values.put("uribl action", "deny");
        values.put("uribl timeout", "20");
        values.put("uribl scan_headers", "1");
        values.put("uribl check_headers", "1");
        values.put("uribl checkip", "no");
        values.put("uribl max_hosts", "50");
        values.put("uribl max_lookups", "500");
        values.put("attachments defaults", "no");
        values.put("attachments max_depth", "3");
        values.put("attachments max_entries", "100");
        values.put("attachments max_size", "50");
        values.put("attachments max_ratio", "100");
        values.put("attachments timeout", "5");
        values.put("content_rules threshold", "7.5");
        values.put("content_rules max_size", "512");
        values.put("content_rules check_immune", "yes");
        values.put("disclaimer whose", "both");
        values.put("disclaimer dkim_signed", "append");
        values.put("rcpt_callout host", "127.0.0.1");
        values.put("rcpt_callout port", "2");
        values.put("rcpt_callout smtproutes", "yes");
        values.put("rcpt_callout tls", "verify");
        values.put("rcpt_callout caFile", crt);
        values.put("rcpt_callout sender", "mx@example.org");
        values.put("rcpt_callout probe", "off");
        values.put("rcpt_callout idleSeconds", "2");
        values.put("rcpt_callout timeoutSeconds", "5");
        values.put("timeoutSeconds", "30");
        values.put("failures", "3");
        values.put("pauseSeconds", "5");
        values.put("spamassassin reject", "userprefs");
        values.put("spamassassin reject_threshold", "12.5");
        values.put("spamassassin munge_subject_threshold", "5");
        values.put("spamassassin subject_prefix", "[spam] maybe");
        values.put("spamassassin spamd_socket", "127.0.0.1:2,/run/spamd.sock");
        values.put("spamassassin spamd_user", "vpopmail");
        values.put("spamassassin per_recipient", "yes");
        values.put("spamassassin headers", "none");
        values.put("spamassassin leave_old_headers", "drop");
        values.put("spamassassin size_limit", "100000");
        values.put("spamassassin relayclient", "scan");
        values.put("virus/clamdscan clamd_socket", "/run/clamd.sock,[::1]:2");
        values.put("virus/clamdscan clamd_host", "127.0.0.1");
        values.put("virus/clamdscan clamd_port", "2");
        values.put("virus/clamdscan deny_viruses", "naughty");
        values.put("virus/clamdscan defer_on_error", "yes");
        values.put("virus/clamdscan max_size", "2048");
        values.put("virus/clamdscan scan_all", "0");
        values.put("virus/clamdscan scan_by", "file");
        values.put("virus/clamav clamscan_path", "/bin/false");
        values.put("virus/clamav clamd_conf", "/etc/clamd.conf");
        values.put("virus/clamav database", "/var/lib/clamav");
        values.put("virus/clamav action", "reject");
        values.put("virus/clamav max_size", "2048");
        values.put("virus/clamav tmp_dir", "/tmp");
        values.put("virus/clamav back_compat", "yes");
        values.put("virus/clamav declined_on_fail", "yes");
        values.put("virus/clamav timeout", "30");
        values.put("virus/aveclient avclient_bin", "/bin/false");
        values.put("virus/aveclient avdaemon_sock", "/run/aveserver");
        values.put("virus/aveclient blockonerror", "1");
        values.put("virus/aveclient deny_viruses", "no");
        values.put("virus/aveclient timeout", "30");
        values.put("virus/bitdefender bitdefender_location", "/bin/false");
        values.put("virus/bitdefender deny_viruses", "no");
        values.put("virus/bitdefender max_size", "2048");
        values.put("virus/bitdefender scan_all", "0");
        values.put("virus/bitdefender timeout", "30");
        values.put("virus/hbedv hbedvscanner", "/bin/false");
        values.put("virus/hbedv timeout", "30");
        values.put("virus/kavscanner kavscanner_bin", "/bin/false");
        values.put("virus/kavscanner bcc_virusadmin", "a@example.com,b@example.com");
        values.put("virus/kavscanner timeout", "30");
        values.put("auth/auth_checkpassword checkpw", "/bin/false");
        values.put("auth/auth_checkpassword true", "/bin/true");
        values.put("auth/auth_checkpassword sudo", "nobody");
        values.put("auth/auth_checkpassword programs", "5");
        values.put("auth/auth_cvm_unix_local cvm_socket", "/run/cvm");
        values.put("auth/auth_cvm_unix_local enable_smtp", "yes");
        values.put("auth/auth_cvm_unix_local enable_ssmtp", "no");
        values.put("auth/auth_dovecot socket", "/run/auth,127.0.0.1:12345");
        values.put("auth/auth_dovecot mechanisms", "PLAIN,LOGIN");
        values.put("auth/auth_dovecot penalty", "false");
        values.put("auth/auth_ldap_bind ldap_base", "dc=example,dc=org");
        values.put("auth/auth_ldap_bind ldap_host", "127.0.0.1");
        values.put("auth/auth_ldap_bind ldap_port", "1389");
        values.put("auth/auth_ldap_bind ldap_timeout", "6");
        values.put("auth/auth_ldap_bind ldap_auth_filter_attr", "mail");
        values.put("auth/auth_ldap_bind servers", "ldap://127.0.0.1:2,ldaps://[::1]");
        values.put("auth/auth_ldap_bind filter", "(&(mail=%s)(uid=%u))");
        values.put("auth/auth_ldap_bind bind_dn", "cn=mx");
        values.put("auth/auth_ldap_bind starttls", "yes");
        values.put("auth/auth_ldap_bind caFile", crt);
        values.put("auth/auth_ldap_bind decoy_dn", "cn=decoy");
        values.put("auth/auth_sql url", "jdbc:postgresql://127.0.0.1:2/mail");
        values.put("auth/auth_sql query", "select 1 from mailbox where address = :address");
        values.put("auth/auth_sql user", "mx");
        values.put("auth/auth_sql kept", "keys");
        values.put("sender_login anonymous", "reject");
        values.put("sender_login own", "no");
        values.put("sender_login from", "yes");
        values.put("sender_login null_sender", "no");
        values.put("sender_login delimiter", "+");
        values.put("sender_login ldap_servers", "ldap://127.0.0.1:2,ldaps://[::1]");
        values.put("sender_login ldap_base", "dc=example,dc=org");
        values.put("sender_login ldap_filter", "(&(mail=%s)(uid=%u))");
        values.put("sender_login ldap_attribute", "mail");
        values.put("sender_login ldap_bind_dn", "cn=mx");
        values.put("sender_login ldap_password_file", key);
        values.put("sender_login ldap_starttls", "yes");
        values.put("sender_login ldap_ca_file", crt);
        values.put("sender_login sql_url", "jdbc:postgresql://127.0.0.1:2/mail");
        values.put("sender_login sql_query", "select 1 from sender where address = :address");
        values.put("sender_login sql_user", "mx");
        values.put("sender_login sql_password_file", key);
        values.put("auth/auth_certificate name", "email");
        values.put("tls client_ca", crt);
        values.put("auth/auth_imap host", "127.0.0.1:1143");
        values.put("auth/auth_imap port", "1143");
        values.put("auth/auth_imap tls", "starttls");
        values.put("auth/auth_imap caFile", crt);
        values.put("auth/auth_oauth keys", "https://127.0.0.1:2/keys");
        values.put("auth/auth_oauth introspection", "http://[::1]:2/");
        values.put("auth/auth_oauth client_file", folder.resolve("client").toString());
        values.put("auth/auth_oauth issuer", "https://issuer.test");
        values.put("auth/auth_oauth audience", "mail,smtp");
        values.put("auth/auth_oauth algorithms", "ES256");
        values.put("auth/auth_oauth scope", "mail.send");
        values.put("auth/auth_oauth user_claim", "sub");
        values.put("auth/auth_oauth driftSeconds", "5");
        values.put("auth/auth_oauth refreshSeconds", "600");
        values.put("auth/auth_oauth cacheSeconds", "0");
        values.put("auth/auth_oauth configuration", "https://issuer.test/c");
        values.put("auth/auth_oauth caFile", crt);
        values.put("auth/auth_vpopmaild host", "127.0.0.1");
        values.put("auth/auth_vpopmaild port", "8989");
        values.put("virus/sophie sophie_socket", "/run/a,/run/b");
        values.put("virus/sophie deny_viruses", "naughty");
        values.put("virus/sophie max_size", "2048");
        values.put("virus/sophie scan_all", "0");
        values.put("virus/uvscan uvscan_location", "/bin/false");
        values.put("virus/uvscan deny_viruses", "quarantine");
        values.put("virus/uvscan max_size", "2048");
        values.put("virus/uvscan scan_all", "0");
        values.put("virus/uvscan timeout", "30");
        values.put("dspam dspam_bin", "/bin/false");
        values.put("dspam reject", "agree");
        values.put("dspam autolearn", "any");
        values.put("rspamd rspamd_socket", "/run/rspamd.sock,127.0.0.1:2");
        values.put("rspamd reject", "quarantine");
        values.put("rspamd soft_reject", "accept");
        values.put("rspamd greylist", "defer");
        values.put("rspamd add_header", "accept");
        values.put("rspamd rewrite_subject", "mark");
        values.put("rspamd discard", "deny");
        values.put("rspamd quarantine", "discard");
        values.put("rspamd subject_prefix", "[SPAM]");
        values.put("rspamd headers", "spam");
        values.put("rspamd changes", "0");
        values.put("rspamd sign", "0");
        values.put("rspamd settings_id", "strict");
        values.put("rspamd per_recipient", "1");
        values.put("rspamd pass_all", "1");
        values.put("rspamd relayclient", "scan");
        values.put("virus/icap icap_server", "/run/icap.sock,127.0.0.1:2");
        values.put("virus/icap icap_service", "squidclamav");
        values.put("virus/icap method", "reqmod");
        values.put("virus/icap preview", "0");
        values.put("virus/icap deny_viruses", "no");
        values.put("virus/icap modified", "clean");
        values.put("virus/icap max_size", "2048");
        values.put("dspam size_limit", "2048");
        values.put("rspamd size_limit", "2048");
        values.put("milter name", "opendkim");
        values.put("milter port", "inet:2@127.0.0.1,/run/opendkim.sock");
        values.put("milter daemon_name", "the MTA");
        values.put("milter commandSeconds", "20");
        values.put("milter contentSeconds", "40");
        values.put("milter endSeconds", "60");
        values.put("milter keepSeconds", "0");
        values.put("milter max_body", "2048");
        values.put("mta_hooks url", "http://127.0.0.1:2/hook");
        values.put("mta_hooks stages", "connect,ehlo,mail,rcpt,data");
        values.put("mta_hooks contents", "raw_base64");
        values.put("mta_hooks max_size", "2048");
        values.put("mta_hooks larger", "skip");
        values.put("mta_hooks changes", "0");
        values.put("mta_hooks max_answer", "2048");
        values.put("mta_hooks user", "mx");
        values.put("mta_hooks token_file", key);
        values.put("queue/smtp-forward balance", "round_robin");
        values.put("archive path", folder.resolve("archive").toString());
        values.put("archive subdir", "%Y/%d");
        values.put("archive mode", "750");
        values.put("archive durable", "no");
        values.put("queue/quarantine path", folder.resolve("quarantine").toString());
        values.put("queue/quarantine days", "7");
        values.put("queue/quarantine max_size", "100");
        values.put("queue/quarantine release_to", folder.resolve("released").toString());
        values.put("queue/quarantine release_by", "/bin/false");
        values.put("sender_permitted_from reject", "3");
        values.put("sender_permitted_from spf_deny", "2");
        values.put("sender_permitted_from check_helo", "false");
        values.put("sender_permitted_from no_dmarc_policy", "2");
        values.put("sender_permitted_from leave_to_dmarc", "false");
        values.put("sender_permitted_from received_spf", "no");
        values.put("sender_permitted_from timeout", "30");
        values.put("auth/auth_brake free", "5");
        values.put("auth/auth_brake delay", "1");
        values.put("auth/auth_brake longest_delay", "10");
        values.put("auth/auth_brake block_after", "50");
        values.put("auth/auth_brake within", "600");
        values.put("auth/auth_brake ipv6_prefix", "56");
        values.put("auth/auth_brake on_error", "defer");
        values.put("arc seal", "lists.example.org");
        values.put("arc timeout", "5");
        values.put("rcpt_sql url", "jdbc:postgresql://127.0.0.1:2/mail");
        values.put("rcpt_sql user", "mx");
        values.put("rcpt_sql query", "select 1 from mailbox where address = :address");
        return values;
    }

    private String value(String plugin, String option) {
        Map<String, String> values = values();
        String value = values.getOrDefault(plugin + " " + option, values.get(option));
        assertThat(value).as("a value for the option %s of %s", option, plugin).isNotNull();
        return String.valueOf(value);
    }

    /** The options in the tables below Settings of each README, by plugin. */
    private static Map<String, List<String>> documented() throws IOException {
        Map<String, List<String>> all = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(PLUGINS, 3)) {
            for (Path readme : files.filter(file -> file.endsWith("README.md")).toList()) {
                List<String> options = options(Files.readAllLines(readme));
                if (!options.isEmpty()) {
                    all.put(PLUGINS.relativize(readme.resolveSibling("")).toString(), options);
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(12);
        return all;
    }

    private static List<String> options(List<String> readme) {
        List<String> options = new ArrayList<>();
        boolean inSettings = false;
        for (String line : readme) {
            inSettings = line.startsWith("#") ? line.equals("## Settings") : inSettings;
            if (inSettings && line.startsWith("| `")) {
                options.add(line.substring(3, line.indexOf('`', 3)));
            }
        }
        return options;
    }

    private String line(String plugin, List<String> options, int spelling) {
        StringBuilder line = new StringBuilder(plugin).append(':').append(spelling);
        for (String option : options) {
            String value = value(plugin, option);
            if (option.equals(WHOLE_LINE)) {
                return line.append(' ').append(value).toString();
            }
            boolean quoted = value.indexOf(' ') >= 0;
            line.append(' ').append(SPELLINGS.get(spelling).apply(option)).append(' ');
            line.append(quoted ? "\"" + value + "\"" : value);
        }
        return line.toString();
    }

    private String file(String plugin, List<String> options, int spelling) {
        StringBuilder text = new StringBuilder("\uFEFF# options of " + plugin + "\n");
        for (String option : options) {
            text.append(SPELLINGS.get(spelling).apply(option));
            text.append(" = ").append(value(plugin, option)).append('\n');
        }
        return text.toString();
    }

    @Test
    void eachIsTakenInAnyLetterCase() throws IOException {
        Certificates.make(folder, "mx", "mx.example.org");
        Files.writeString(folder.resolve("client"), "mx:secret\n");
        List<String> lines = new ArrayList<>(List.of("rcpt_ok"));
        List<String> loggers = new ArrayList<>();
        ServerUnderTest.Builder builder = ServerUnderTest.builder();
        int instances = 1;
        for (Map.Entry<String, List<String>> plugin : documented().entrySet()) {
            String name = plugin.getKey();
            String pid = name.replace('/', '.').replace('-', '_');
            for (int spelling = 0; spelling < SPELLINGS.size(); spelling++) {
                (name.startsWith("logging/") ? loggers : lines)
                        .add(line(name, plugin.getValue(), spelling));
                byte[] text = file(name, plugin.getValue(), spelling).getBytes(UTF_8);
                builder.deployed(pid + "-" + spelling + ".cfg", text);
                instances += 2;
            }
        }
        builder.plugins(lines.toArray(String[]::new));
        builder.file("logging", loggers.toArray(String[]::new));
        try (ServerUnderTest server = builder.start()) {
            String plugins = Console.run(server, "status");
            assertThat(plugins)
                    .contains(instances + " plugins in generation 1")
                    .doesNotContain("option");
        }
    }
}
