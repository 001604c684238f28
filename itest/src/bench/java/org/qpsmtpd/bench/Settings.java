package org.qpsmtpd.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run does, from the arguments {@code name=value} that {@code itest/bench} gives.
 *
 * @param directory an empty directory on a disk, for everything that servers write
 * @param distribution our server's built distribution
 * @param haraka the folder of Haraka's npm package
 * @param rounds how often each server has its turn with each work
 * @param roundSeconds how long a turn lasts
 * @param warmUpPercent how much of its warm-up a server has before it is measured
 * @param idleSessions how many idle sessions are opened
 */
record Settings(
        Path directory,
        Path distribution,
        Path haraka,
        List<Work> works,
        List<String> servers,
        int rounds,
        double roundSeconds,
        int warmUpPercent,
        int idleSessions) {

    static Settings parse(String[] arguments) {
        Map<String, String> values = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        boolean quick = Boolean.parseBoolean(values.get("quick"));
        int rounds = quick ? 3 : 5;
        if (!values.get("rounds").isEmpty()) {
            rounds = Integer.parseInt(values.get("rounds"));
        }
        return new Settings(
                Path.of(values.get("directory")),
                Path.of(values.get("distribution")),
                Path.of(values.get("haraka")),
                Arrays.stream(values.get("only").split(",")).map(Work::ofLetter).sorted().toList(),
                List.of(values.get("servers").split(",")),
                rounds,
                quick ? 0.7 : 2,
                quick ? 20 : 100,
                Integer.parseInt(values.get("idle")));
    }
}
