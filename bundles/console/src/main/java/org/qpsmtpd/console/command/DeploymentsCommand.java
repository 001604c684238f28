package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;
import static org.qpsmtpd.console.text.Table.right;

import java.util.List;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.console.text.Table;

/** {@code deployments}. */
final class DeploymentsCommand implements Command {
    @Override
    public Usage usage() {
        return Usage.of(
                "deployments",
                "",
                0,
                "Shows what lies in the deploy folder and what became of it.");
    }

    @Override
    public void run(Call call) {
        List<DeploymentStatus> deployments = call.deployments().deployments();
        call.answer(
                deployments,
                deployments.isEmpty() ? "The deploy folder is empty.\n" : text(call, deployments));
    }

    private static String text(Call call, List<DeploymentStatus> deployments) {
        Table table =
                new Table(
                        left("FILE"),
                        left("STATE"),
                        right("FOR"),
                        left("PLUGINS"),
                        left("VERSION"),
                        left("BUNDLE"),
                        left("REMARK"));
        for (DeploymentStatus deployment : deployments) {
            table.row(
                    deployment.file(),
                    deployment.state(),
                    call.ago(deployment.since()),
                    Words.orDash(String.join(", ", deployment.plugins())),
                    Words.orDash(deployment.version()),
                    Words.orDash(deployment.bundle()),
                    deployment.reason());
        }
        return table.text();
    }
}
