package org.qpsmtpd.runtime.felix.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StandardErrorHandlerTest {
    private static final Logger LOG = Logger.getLogger("org.example");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final String pid = ProcessHandle.current().pid() + " ";

    @BeforeEach
    void install() {
        StandardErrorHandler.install(new PrintStream(bytes, true, UTF_8));
    }

    @AfterEach
    void reset() {
        LogManager.getLogManager().reset();
    }

    @Test
    void printsWarningsAndWhatIsWorse() {
        LOG.info("fine");
        LOG.warning("odd");
        LOG.severe("bad");
        assertThat(bytes.toString(UTF_8)).isEqualTo(pid + "odd\n" + pid + "bad\n");
    }

    @Test
    void putsTheReasonOfAnExceptionOnTheSameLine() {
        LOG.log(Level.WARNING, "failed", new IllegalStateException("why\nindeed"));
        assertThat(bytes.toString(UTF_8)).isEqualTo(pid + "failed: why\\x0aindeed\n");
    }

    @Test
    void isSilentBesideAnotherHandler() {
        Logger.getLogger("").addHandler(new Silent());
        LOG.severe("bad");
        assertThat(bytes.toString(UTF_8)).isEmpty();
    }

    private static final class Silent extends Handler {
        @Override
        public void publish(LogRecord record) {}

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
