package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.process.ProcessView.ThreadView;

/** The options that are about workers, counted and looked at from outside. */
class ChildrenIT {
    private static ServerUnderTest server(SilentHop hop, String... options) {
        return ServerUnderTest.builder().plugins("rcpt_ok", hop.line()).options(options).start();
    }

    private static List<SmtpDialogue> busySessions(ServerUnderTest server, int count) {
        List<SmtpDialogue> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SmtpDialogue session = server.connect();
            sessions.add(session);
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            session.send("DATA");
            session.expect(354);
            session.sendBytes(Mail.message("busy"));
            session.sendText(".\r\n");
        }
        return sessions;
    }

    @Test
    void childrenIsHowManyWorkAtOnceAndTheOthersWait() {
        try (SilentHop hop = new SilentHop();
                ServerUnderTest server = server(hop, "--children", "3", "--idle-children", "1")) {
            ProcessView view = new ProcessView(server.pid());
            List<SmtpDialogue> sessions = busySessions(server, 6);
            Eventually.get("three children", view::children, names -> names.size() == 3);
            hop.hangUpOn(3);
            // The three that waited have their turn, so there are three connections again.
            hop.hangUpOn(3);
            hop.goAway();
            for (SmtpDialogue session : sessions) {
                session.expect(451);
                session.close();
            }
            assertThat(view.children()).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void idleChildrenAreThereBeforeTheFirstClientAndAfterTheLast() {
        try (SilentHop hop = new SilentHop();
                ServerUnderTest server = server(hop, "--children", "6", "--idle-children", "2")) {
            ProcessView view = new ProcessView(server.pid());
            Eventually.get("two idle children", view::children, names -> names.size() == 2);
            List<SmtpDialogue> sessions = busySessions(server, 5);
            Eventually.get("five children", view::children, names -> names.size() == 5);
            hop.goAway();
            for (SmtpDialogue session : sessions) {
                session.expect(451);
                session.close();
            }
            Eventually.get("two are left", view::children, names -> names.size() == 2);
        }
    }

    @Test
    void idleChildrenZeroMakesThemOnDemand() {
        try (ServerUnderTest server = Mail.server().options("--idle-children", "0").start()) {
            ProcessView view = new ProcessView(server.pid());
            assertThat(view.children()).isEmpty();
            Mail.deliver(server, "on demand");
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    @Test
    void prettyChildNamesTheWorkers() {
        try (ServerUnderTest server = Mail.server().options("--pretty-child").start()) {
            ProcessView view = new ProcessView(server.pid());
            Eventually.get("five children", view::children, names -> names.size() == 5);
            assertThat(view.children()).containsOnly("qpsmtpd child");
        }
        try (ServerUnderTest server = Mail.server().start()) {
            assertThat(new ProcessView(server.pid()).children()).doesNotContain("qpsmtpd child");
        }
    }

    @Test
    void reniceParentLowersTheNiceValueOfAllButTheChildren() {
        assumeTrue(Shell.isRoot(), "only root can lower a nice value");
        int before = ProcessView.self().nice();
        assumeTrue(before - 7 >= -20, "the tests run at a nice value too low for this");
        try (ServerUnderTest server =
                Mail.server().options("--renice-parent", "7", "--children", "5").start()) {
            ProcessView view = new ProcessView(server.pid());
            Eventually.holds(
                    "children at " + before,
                    () ->
                            view.threads().stream()
                                            .filter(ThreadView::isChild)
                                            .filter(thread -> thread.nice() == before)
                                            .count()
                                    == 5);
            assertThat(view.threads())
                    .filteredOn(thread -> !thread.isChild())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            thread ->
                                    assertThat(thread.nice())
                                            .as("nice value of %s", thread.name())
                                            .isEqualTo(before - 7));
            Mail.deliver(server, "reniced");
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    @Test
    void reniceParentIsFiveUnlessSaidOtherwise() {
        assumeTrue(Shell.isRoot(), "only root can lower a nice value");
        int before = ProcessView.self().nice();
        try (ServerUnderTest server = Mail.server().start()) {
            assertThat(new ProcessView(server.pid()).nice()).isEqualTo(Math.max(-20, before - 5));
        }
        try (ServerUnderTest server = Mail.server().options("--renice-parent", "0").start()) {
            assertThat(new ProcessView(server.pid()).nice()).isEqualTo(before);
        }
    }
}
