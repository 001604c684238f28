package org.qpsmtpd.itest.process;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamState;
import io.nats.client.impl.Headers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's server of NATS with a stream, over TLS and with a user. */
final class NatsServer implements BrokerUnderTest {
    private static final String STREAM = "mail";

    private final Program program = Program.find("nats-server", "nats-server");
    private final int port = FreePort.take();
    private final Path folder;
    private final Path certificate;
    private @Nullable Process process;

    /**
     * @param folder where it may write
     */
    NatsServer(Path folder) throws Exception {
        this.folder = folder;
        Certificates.make(folder, "nats", "localhost");
        certificate = folder.resolve("nats.crt");
        Files.writeString(folder.resolve("secret"), "s3cret\n");
    }

    @Override
    public String line() {
        return line("mail.in");
    }

    @Override
    public String lineToNowhere() {
        return line("nowhere");
    }

    private String line(String subject) {
        return "queue/nats localhost:"
                + port
                + " "
                + subject
                + " user mx password_file "
                + folder.resolve("secret")
                + " tls verify ca_file "
                + certificate;
    }

    @Override
    public void start() throws Exception {
        List<String> options =
                List.of(
                        "--addr",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--jetstream",
                        "--store_dir",
                        folder.resolve("store").toString(),
                        "--user",
                        "mx",
                        "--pass",
                        "s3cret",
                        "--tls",
                        "--tlscert",
                        certificate.toString(),
                        "--tlskey",
                        folder.resolve("nats.key").toString());
        process = program.start(options, List.of());
        ProcessOutput.of(process.getInputStream())
                .await("NATS to start", said -> said.contains("Server is ready"));
        Connection connection = connect();
        try {
            JetStreamManagement streams = connection.jetStreamManagement();
            if (streams.getStreamNames().isEmpty()) {
                var unused =
                        streams.addStream(
                                StreamConfiguration.builder()
                                        .name(STREAM)
                                        .subjects("mail.>")
                                        .storageType(StorageType.File)
                                        .build());
            }
        } finally {
            connection.close();
        }
    }

    private Connection connect() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, Authorities.of("certificate", certificate), null);
        return Nats.connect(
                new Options.Builder()
                        .server("tls://localhost:" + port)
                        .sslContext(context)
                        .userInfo("mx", "s3cret")
                        .connectionTimeout(Waiting.LIMIT)
                        .build());
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public void empty() throws Exception {
        Connection connection = connect();
        try {
            connection.jetStreamManagement().purgeStream(STREAM);
        } finally {
            connection.close();
        }
    }

    @Override
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public List<Got> messages() throws Exception {
        List<Got> all = new ArrayList<>();
        Connection connection = connect();
        try {
            JetStreamManagement streams = connection.jetStreamManagement();
            StreamState state = streams.getStreamInfo(STREAM).getStreamState();
            for (long number = state.getFirstSequence();
                    number <= state.getLastSequence();
                    number++) {
                MessageInfo message = streams.getMessage(STREAM, number);
                all.add(new Got(message.getData(), envelope(message.getHeaders())));
            }
        } finally {
            connection.close();
        }
        return all;
    }

    private static Map<String, List<String>> envelope(Headers headers) {
        Map<String, List<String>> envelope = new HashMap<>();
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            envelope.put(
                    header.getKey(),
                    header.getValue().stream()
                            .map(value -> URLDecoder.decode(value, StandardCharsets.UTF_8))
                            .toList());
        }
        return envelope;
    }

    @Override
    public void end() throws InterruptedException {
        kill();
    }
}
