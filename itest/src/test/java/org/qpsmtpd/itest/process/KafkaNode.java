package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.Waiting;

/** Kafka as one node, with a topic; its jars are those that the module itest/kafka names. */
final class KafkaNode implements BrokerUnderTest {
    /** A node is a while about its start when the machine has more to do. */
    private static final Duration LIMIT = Waiting.LIMIT.multipliedBy(2);

    private static final String TOPIC = "mail";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Path JARS = Path.of("kafka/target/classpath");
    private static final List<String> OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m");

    private final Path folder;
    private final int port = FreePort.take();
    private final int controllerPort = FreePort.take();
    private final Path settings;
    private final Program java =
            new Program(Path.of(System.getProperty("java.home"), "bin", "java"));
    private @Nullable Process process;

    /**
     * Prepares its storage.
     *
     * @param folder where it may write
     */
    KafkaNode(Path folder) throws IOException {
        this.folder = folder;
        if (!Files.exists(JARS)) {
            Program.missing("Kafka's jars (mvn install -pl itest/kafka)");
        }
        settings = Files.writeString(folder.resolve("server.properties"), settings());
        Result formatted =
                java.run(
                        command(
                                "kafka.tools.StorageTool",
                                "format",
                                "--cluster-id",
                                "MkU3OEVBNTcwNTJENDM2Qk",
                                "--config",
                                settings.toString()));
        assertThat(formatted.status()).as(formatted.output()).isZero();
    }

    private String settings() {
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                """
                .formatted(port, controllerPort, folder.resolve("logs"));
    }

    private List<String> command(String... words) throws IOException {
        List<String> command = new ArrayList<>(OPTIONS);
        command.add("-cp");
        command.add(Files.readString(JARS).strip());
        command.addAll(List.of(words));
        return command;
    }

    @Override
    public String line() {
        return "queue/kafka 127.0.0.1:" + port + " " + TOPIC + " timeoutSeconds 20";
    }

    @Override
    public String lineToNowhere() {
        return "queue/kafka 127.0.0.1:" + port + " nowhere";
    }

    private Map<String, Object> client() {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "default.api.timeout.ms",
                (int) LIMIT.toMillis());
    }

    @Override
    public void start() throws Exception {
        process = java.start(command("kafka.Kafka", settings.toString()), List.of());
        ProcessOutput said = ProcessOutput.of(process.getInputStream());
        try (Admin admin = Admin.create(client())) {
            boolean isNew =
                    !admin.listTopics()
                            .names()
                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                            .contains(TOPIC);
            if (isNew) {
                admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
                        .all()
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (Exception e) { // whatever it is, what the node said tells why
            throw new AssertionError("Kafka does not start: " + said.text(), e);
        }
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public void empty() throws Exception {
        RecordsToDelete all = RecordsToDelete.beforeOffset(-1);
        try (Admin admin = Admin.create(client())) {
            admin.deleteRecords(Map.of(PARTITION, all))
                    .all()
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public List<Got> messages() {
        List<Got> all = new ArrayList<>();
        ByteArrayDeserializer octets = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client(), octets, octets)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end =
                    Objects.requireNonNull(consumer.endOffsets(List.of(PARTITION)).get(PARTITION));
            while (consumer.position(PARTITION) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    all.add(got(record));
                }
            }
        }
        return all;
    }

    private static Got got(ConsumerRecord<byte[], byte[]> record) {
        Map<String, List<String>> envelope = new HashMap<>();
        for (Header header : record.headers()) {
            envelope.computeIfAbsent(header.key(), name -> new ArrayList<>())
                    .add(new String(header.value(), UTF_8));
        }
        return new Got(record.value(), envelope);
    }

    @Override
    public void end() throws InterruptedException {
        kill();
    }
}
