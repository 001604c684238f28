@NullMarked
package org.qpsmtpd.runtime.felix.report;

import org.jspecify.annotations.NullMarked;
