package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.log.LogLevel;
import org.slf4j.Logger;

class HostLogTest {
    private final List<String> lines = new ArrayList<>();
    private final Logger logger =
            (Logger)
                    Proxy.newProxyInstance(
                            Logger.class.getClassLoader(),
                            new Class<?>[] {Logger.class},
                            (proxy, method, arguments) ->
                                    lines.add(method.getName() + " " + arguments[0]));
    private final LogRouter router = new LogRouter(new HostLog(logger), "second");

    @Test
    void eachLevelHasOneOfTheHosts() {
        router.use(List.of(), LogLevel.DEBUG);
        for (LogLevel level : LogLevel.values()) {
            router.log(level, level.name());
        }
        router.close();
        assertThat(lines)
                .containsExactlyInAnyOrder(
                        "error EMERG",
                        "error ALERT",
                        "error CRIT",
                        "error ERROR",
                        "warn WARN",
                        "info NOTICE",
                        "info INFO",
                        "debug DEBUG");
    }

    @Test
    void saysTheConnectionAndKeepsToTheLevel() {
        router.use(List.of(), LogLevel.WARN);
        router.log(LogLevel.INFO, "not shown");
        router.log(LogLevel.WARN, "second.x.1", "shown");
        router.close();
        assertThat(lines).containsExactly("warn second.x.1 shown");
    }
}
