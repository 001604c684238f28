package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A private Postfix: its smtpd on a port of our choice, with queue and data of its own.
 *
 * <p>Mail to be discarded is received in full and then dropped by the access action DISCARD, which
 * costs less than to queue it for the discard transport. The input flow delay waits for the queue
 * manager, which never sees such mail, and is therefore off.
 */
final class Postfix implements Product {
    private static final String SERVICES =
            """
            cleanup   unix  n  -  n  -     0  cleanup
            qmgr      unix  n  -  n  300   1  qmgr
            rewrite   unix  -  -  n  -     -  trivial-rewrite
            bounce    unix  -  -  n  -     0  bounce
            defer     unix  -  -  n  -     0  bounce
            trace     unix  -  -  n  -     0  bounce
            verify    unix  -  -  n  -     1  verify
            proxymap  unix  -  -  n  -     -  proxymap
            showq     unix  n  -  n  -     -  showq
            error     unix  -  -  n  -     -  error
            retry     unix  -  -  n  -     -  error
            virtual   unix  -  n  n  -     -  virtual
            anvil     unix  -  -  n  -     1  anvil
            postlog   unix-dgram n - n - 1 postlogd
            """;

    @Override
    public String name() {
        return Products.POSTFIX;
    }

    @Override
    public String label() {
        return "Postfix smtpd";
    }

    @Override
    public String version() throws InterruptedException {
        return "Debian's postfix " + Commands.packageVersion("postfix");
    }

    @Override
    public boolean syncs() {
        return true;
    }

    @Override
    public boolean needsLongWarmUp() {
        return false;
    }

    @Override
    public Launch prepare(Path home, int port, Queue queue)
            throws IOException, InterruptedException {
        Path config = Files.createDirectory(home.resolve("config"));
        Path spool = Files.createDirectory(home.resolve("queue"));
        Path data = Files.createDirectory(home.resolve("data"));
        Path mail = Files.createDirectory(home.resolve("mail"));
        Commands.giveTo("postfix", data);
        Commands.giveTo("nobody", mail);
        Files.write(config.resolve("main.cf"), parameters(home, queue));
        Files.writeString(
                config.resolve("master.cf"),
                "127.0.0.1:" + port + " inet n - n - - smtpd\n" + SERVICES);
        Commands.run(List.of("/usr/sbin/postfix", "-c", config.toString(), "check"));
        Path stored = queue == Queue.MAILDIR ? mail.resolve("maildir/new") : null;
        List<Path> pending =
                List.of(
                        spool.resolve("incoming"),
                        spool.resolve("active"),
                        spool.resolve("deferred"));
        List<String> command =
                List.of("/usr/lib/postfix/sbin/master", "-c", config.toString(), "-d");
        return new Launch(command, Map.of(), stored, pending);
    }

    private static List<String> parameters(Path home, Queue queue)
            throws IOException, InterruptedException {
        String uid = Commands.run(List.of("id", "-u", "nobody"));
        String gid = Commands.run(List.of("id", "-g", "nobody"));
        List<String> lines = new ArrayList<>();
        lines.add("compatibility_level = 3.6");
        lines.add("queue_directory = " + home.resolve("queue"));
        lines.add("data_directory = " + home.resolve("data"));
        lines.add("myhostname = bench.example.com");
        lines.add("mydestination =");
        lines.add("mynetworks = 127.0.0.0/8");
        lines.add("inet_interfaces = 127.0.0.1");
        lines.add("inet_protocols = ipv4");
        lines.add("alias_maps =");
        lines.add("local_recipient_maps =");
        lines.add("smtpd_peername_lookup = no");
        lines.add("disable_dns_lookups = yes");
        lines.add("smtp_host_lookup = native");
        lines.add("smtpd_helo_required = yes");
        lines.add("message_size_limit = 50000000");
        lines.add("virtual_mailbox_domains = example.com");
        lines.add("virtual_mailbox_maps = static:maildir/");
        lines.add("virtual_mailbox_base = " + home.resolve("mail"));
        lines.add("virtual_mailbox_limit = 0");
        lines.add("virtual_minimum_uid = 1");
        lines.add("virtual_uid_maps = static:" + uid);
        lines.add("virtual_gid_maps = static:" + gid);
        lines.add("virtual_transport = virtual");
        if (queue == Queue.DISCARD) {
            lines.add("smtpd_recipient_restrictions = check_client_access static:DISCARD");
            lines.add("in_flow_delay = 0");
        }
        if (Files.exists(Path.of("/dev/log"))) {
            lines.add("maillog_file_prefixes = " + home);
            lines.add("maillog_file = " + home.resolve("maillog"));
        }
        return lines;
    }
}
