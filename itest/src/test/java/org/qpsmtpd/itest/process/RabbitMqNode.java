package org.qpsmtpd.itest.process;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's RabbitMQ with a durable queue, and its port mapper, which is otherwise left behind. */
final class RabbitMqNode implements BrokerUnderTest {
    private static final String QUEUE = "mail";

    private final Path folder;
    private final int port = FreePort.take();
    private final int mapperPort = FreePort.take();
    private final int nodePort = FreePort.take();
    private final Program program;
    private final Process mapper;
    private @Nullable Process process;

    /**
     * @param folder where it may write
     */
    RabbitMqNode(Path folder) {
        this.folder = folder;
        Program.find("rabbitmqctl", "rabbitmq-server");
        program = new Program(Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server"));
        mapper =
                Program.find("epmd", "erlang-base")
                        .start(
                                List.of(
                                        "-address",
                                        "127.0.0.1",
                                        "-port",
                                        Integer.toString(mapperPort)),
                                List.of());
    }

    @Override
    public String line() {
        return "queue/amqp 127.0.0.1:" + port + " " + QUEUE;
    }

    @Override
    public String lineToNowhere() {
        return "queue/amqp 127.0.0.1:" + port + " nowhere";
    }

    @Override
    public void start() throws Exception {
        Files.writeString(folder.resolve("plugins"), "[].\n");
        process =
                program.start(
                        List.of(),
                        List.of(
                                "HOME=" + folder,
                                "ERL_EPMD_ADDRESS=127.0.0.1",
                                "ERL_EPMD_PORT=" + mapperPort,
                                "RABBITMQ_NODENAME=test" + port + "@localhost",
                                "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
                                "RABBITMQ_NODE_PORT=" + port,
                                "RABBITMQ_DIST_PORT=" + nodePort,
                                "RABBITMQ_MNESIA_BASE=" + folder.resolve("data"),
                                "RABBITMQ_LOGS=-",
                                "RABBITMQ_LOG_BASE=" + folder,
                                "RABBITMQ_ENABLED_PLUGINS_FILE=" + folder.resolve("plugins"),
                                "RABBITMQ_CONFIG_FILE=" + folder.resolve("rabbitmq"),
                                "RABBITMQ_CONF_ENV_FILE=" + folder.resolve("environment"),
                                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="
                                        + "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"));
        // It is a while about its start when the machine has more to do.
        ProcessOutput output = ProcessOutput.of(process.getInputStream());
        output.await("RabbitMQ to begin", said -> said.contains("Feature flags: "));
        output.await("its recovery", said -> said.contains("boot step recovery"));
        output.await("RabbitMQ to start", said -> said.contains("Server startup complete"));
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(QUEUE, true, false, false, null);
        }
    }

    /** Connects as the user that every broker has. */
    Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setConnectionTimeout((int) Waiting.LIMIT.toMillis());
        return factory.newConnection();
    }

    @Override
    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public void empty() throws Exception {
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            channel.queuePurge(QUEUE);
        }
    }

    @Override
    public void kill() throws InterruptedException {
        if (process != null) {
            List<ProcessHandle> children = process.descendants().toList();
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle child : children) {
                Eventually.holds("the end of RabbitMQ", () -> !child.isAlive());
            }
            process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public List<Got> messages() throws Exception {
        List<Got> all = new ArrayList<>();
        try (Connection connection = connect();
                Channel channel = connection.createChannel()) {
            GetResponse next = channel.basicGet(QUEUE, false);
            while (next != null) {
                all.add(got(next));
                next = channel.basicGet(QUEUE, false);
            }
        }
        return all;
    }

    private static Got got(GetResponse response) {
        Map<String, List<String>> envelope = new HashMap<>();
        for (Map.Entry<String, Object> header : response.getProps().getHeaders().entrySet()) {
            Object value = header.getValue();
            envelope.put(
                    header.getKey(),
                    value instanceof List<?> all
                            ? all.stream().map(String::valueOf).toList()
                            : List.of(value.toString()));
        }
        return new Got(response.getBody(), envelope);
    }

    @Override
    public void end() throws InterruptedException {
        kill();
        mapper.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
