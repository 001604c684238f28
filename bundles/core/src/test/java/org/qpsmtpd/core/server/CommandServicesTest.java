package org.qpsmtpd.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.testkit.FakeConsole;

final class CommandServicesTest {
    private final List<PluginCommand> offered = new ArrayList<>();
    private final List<String> servers = new ArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final LogRouter router = new LogRouter(record -> log.add(record.text()));
    private final CommandServices services = new CommandServices(context(), "mx", router);
    private int generations;

    /** A context that takes down what is registered. */
    private BundleContext context() {
        return (BundleContext)
                Proxy.newProxyInstance(
                        BundleContext.class.getClassLoader(),
                        new Class<?>[] {BundleContext.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("registerService");
                            Dictionary<?, ?> properties = (Dictionary<?, ?>) arguments[2];
                            servers.add(String.valueOf(properties.get(ServerHome.SERVER)));
                            return registration((PluginCommand) arguments[1]);
                        });
    }

    private ServiceRegistration<?> registration(PluginCommand command) {
        offered.add(command);
        return (ServiceRegistration<?>)
                Proxy.newProxyInstance(
                        ServiceRegistration.class.getClassLoader(),
                        new Class<?>[] {ServiceRegistration.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("unregister");
                            offered.remove(command);
                            return null;
                        });
    }

    /** Prints its text and its words. */
    private record Speaking(String command, String text) implements PluginCommand {
        @Override
        public List<String> usage() {
            return List.of("WORD  says it");
        }

        @Override
        public boolean run(List<String> words, PrintWriter out) throws IOException {
            if (words.isEmpty()) {
                throw new IOException("nothing to say");
            }
            out.print(text + words);
            return true;
        }
    }

    private static PluginInstance plugin(String command, String text) {
        return PluginInstance.of("p", new Speaking(command, text));
    }

    private void show(PluginInstance... plugins) {
        services.show(new Generation(++generations, List.of(plugins), List.of()));
    }

    private static String run(PluginCommand command, String... words) throws Exception {
        FakeConsole.Answer answer = FakeConsole.run(command, words);
        assertThat(answer.done()).isTrue();
        return answer.text();
    }

    @Test
    void offersWhatThePluginsInUseBring() throws Exception {
        PluginInstance stays = plugin("karma", "first");
        show(stays, PluginInstance.of("q", "a plugin without command"));
        assertThat(offered).extracting(PluginCommand::command).containsExactly("karma");
        assertThat(servers).containsExactly("mx");
        assertThat(run(offered.get(0), "a")).isEqualTo("first[a]");

        PluginCommand karma = offered.get(0);
        show(stays, plugin("limit", "second"));
        assertThat(offered).hasSize(2).contains(karma);
        show(plugin("karma", "replaced"));
        assertThat(offered).hasSize(1).doesNotContain(karma);
        assertThat(run(offered.get(0), "b")).isEqualTo("replaced[b]");
        services.close();
        assertThat(offered).isEmpty();
    }

    @Test
    void theFirstOfTwoHasTheName() throws Exception {
        show(plugin("karma", "first"), plugin("karma", "second"));
        assertThat(offered).hasSize(1);
        assertThat(run(offered.get(0), "a")).isEqualTo("first[a]");
    }

    @Test
    void aWrongNameIsSaidOnce() {
        PluginInstance wrong = plugin("Two Words", "");
        show(wrong);
        show(wrong, plugin("other", ""));
        assertThat(offered).extracting(PluginCommand::command).containsExactly("other");
        router.close();
        assertThat(log).filteredOn(line -> line.contains("the command of plugin p")).hasSize(1);
    }

    @Test
    void tellsWhatFailedAndWhatIsAway() {
        PluginInstance plugin = plugin("karma", "x");
        show(plugin);
        PluginCommand command = offered.get(0);
        assertThatThrownBy(() -> run(command))
                .isInstanceOf(IOException.class)
                .hasMessage("nothing to say");
        plugin.depart(0);
        assertThatThrownBy(() -> run(command, "a"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("away");
    }

    @Test
    void aPluginThatWasAwayIsAskedWhenItIsBack() {
        PluginInstance plugin = plugin("karma", "x");
        plugin.depart(0);
        show(plugin);
        assertThat(offered).isEmpty();
        plugin.arrive(new Speaking("karma", "y"));
        show(plugin);
        assertThat(offered).hasSize(1);
    }
}
