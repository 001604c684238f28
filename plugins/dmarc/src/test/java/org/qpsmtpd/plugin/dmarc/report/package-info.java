@NullMarked
package org.qpsmtpd.plugin.dmarc.report;

import org.jspecify.annotations.NullMarked;
