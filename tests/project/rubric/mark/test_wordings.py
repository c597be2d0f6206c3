"""The same thought in many words: never decided wrongly, and seldom left open."""

import pytest

# question: (items that apply, answer)
WORDINGS = {
    "fc-q1": [
        ("", "Sigmoid and ReLU. Sigmoid has it whenever the input is far away from zero on either side, ReLU whenever the input is below zero."),
        ("", "1 and 2. The sigmoid flattens out for very big positive or negative numbers so the derivative is almost 0. ReLU's derivative is exactly 0 if x < 0."),
        ("", "sigmoid：当输入非常大或者非常小的时候，导数趋近于0。ReLU：当输入小于0时，导数为0。Leaky ReLU不会出现梯度为0的情况。"),
        ("", "Sigmoid函数在两端会饱和，梯度几乎为零；ReLU在x<0时梯度为0；Leaky ReLU解决了这个问题。"),
        ("", "當輸入絕對值很大時sigmoid會飽和，ReLU在輸入為負時梯度為0。"),
        ("", "시그모이드는 입력이 매우 크거나 작을 때 포화되어 기울기가 0에 가까워진다. 렐루는 음수 입력에서 기울기가 0이다."),
        ("missing-reasons", "The sigmoid and the ReLU."),
        ("wrong-leaky-reason", "Sigmoid: large |x|. ReLU: negative x. Leaky ReLU: negative x gives a zero gradient as well."),
        ("missing-relu", "只有Sigmoid有这个问题，当输入的绝对值很大时梯度接近于0。"),
    ],
    "fc-q2": [
        ("", "I found the 5-layer network way harder to get right. A tiny scale makes the signal die on its way through the layers and a big one makes it blow up, and this gets worse with every extra layer."),
        ("", "The deeper one is more sensitive: the output is a product of more matrices, so errors in the scale are raised to a higher power."),
        ("", "5层的网络更难训练，对初始化的尺度更敏感。网络越深，反向传播时梯度连乘的次数越多，容易梯度消失或者梯度爆炸。"),
        ("", "五層網絡對初始化更加敏感，因為層數多，訊號經過逐層相乘會指數級縮小或放大。"),
        ("", "相比三层网络，五层网络的训练难度更大，对weight scale更敏感，因为层数越深梯度越容易消失。"),
        ("", "5층 네트워크가 더 민감하다. 층이 많을수록 기울기 소실이나 폭발이 일어나기 쉽다."),
        ("", "La red de 5 capas fue más sensible porque los gradientes se multiplican capa a capa y terminan desapareciendo."),
        ("improper-explanation", "The five layer net is harder to train."),
        ("improper-explanation", "五层网络对初始化更敏感，因为参数更多，模型更复杂。"),
        ("incorrect", "The three-layer network was more sensitive to initialization because it has fewer layers."),
        ("incorrect", "三层网络更敏感，因为层数少。"),
    ],
    "fc-q3": [
        ("", "The running sum in the denominator never shrinks since squares are positive, so the effective step goes to zero. Adam replaces the sum by an exponentially decaying average, so no."),
        ("", "Since cache is the sum of all squared gradients so far it keeps increasing and we divide by its root. Adam won't suffer from it because beta2 lets old gradients fade."),
        ("", "因为AdaGrad的cache会一直累加梯度的平方，随着训练进行cache越来越大，导致学习率越来越小。Adam不会，因为它用了衰减系数beta对历史梯度做滑动平均。"),
        ("", "分母上的cache单调递增，所以更新步长会越来越小。Adam对二阶矩做了指数加权平均，不会无限增大，所以没有这个问题。"),
        ("", "cache不斷累積梯度平方，分母變大，更新變小。Adam使用指數衰減平均，因此不會有同樣的問題。"),
        ("", "AdaGrad는 제곱한 기울기를 계속 누적하기 때문에 분모가 커져서 업데이트가 작아진다. Adam은 지수이동평균을 쓰기 때문에 그런 문제가 없다."),
        ("missing-adam", "因为cache不断累加dw的平方，越来越大，所以更新越来越小。"),
        ("wrong-adam", "The cache keeps growing because we add squared gradients. Adam has the same problem since it also divides by a root."),
        ("wrong-adam", "cache累加梯度平方会变得很大，更新变小。Adam也会有同样的问题。"),
    ],
    "bn-q1": [
        ("", "The curves with batch norm stay nearly flat over all the scales, the plain net only trains in a narrow window. Normalizing the activations at each layer undoes whatever the scale of the weights did."),
        ("", "Models using BN are much more robust against bad initial scales. Without it activations vanish for small scales and explode for large ones."),
        ("", "加了BN的模型对权重初始化的尺度不那么敏感，没有BN的模型只有在合适的尺度下才能训练好。因为BN把每层的输出重新拉回到均值0方差1的分布。"),
        ("", "使用batch normalization之后，不同的weight scale下准确率都比较稳定；而baseline在scale很小或者很大时效果很差，出现了梯度消失和爆炸。"),
        ("", "批歸一化降低了對初始化的敏感度，因為每一層的輸入分布都被標準化了。"),
        ("", "배치 정규화를 쓰면 초기화 스케일의 영향을 덜 받는다. 각 층의 입력 분포를 정규화해 주기 때문이다."),
        ("", "Con batchnorm el modelo es mucho más robusto a la inicialización, ya que normaliza las entradas de cada capa."),
        ("no-justification", "Batch norm makes the network more robust to the scale of the initial weights."),
        ("no-justification", "有BN的网络对初始权重的大小不敏感。"),
    ],
    "bn-q2": [
        ("", "BN needs decently sized batches. With 5 samples the estimated mean and variance jump around a lot, so performance is worse than no BN at all."),
        ("", "As the batch size grows the gain from batchnorm grows too, because the batch statistics get closer to those of the full data set."),
        ("", "批量越大，BN的效果越好；批量太小时效果甚至不如不用BN。因为小批量计算出的均值和方差噪声大，不能代表整体数据。"),
        ("", "batch size较小时，bn的效果较差，这是由于样本太少，统计量估计不准确。"),
        ("", "批次越大效果越好，因為批次小的時候均值和方差不能代表整個數據集。"),
        ("", "배치 크기가 작으면 성능이 떨어진다. 배치의 평균과 분산이 전체 데이터를 대표하지 못하기 때문이다."),
        ("", "Cuanto mayor es el tamaño del lote mejor funciona batchnorm, porque la media y la varianza del lote se aproximan a las reales."),
        ("insufficient-justification", "The larger the batch size, the better batchnorm performs."),
        ("insufficient-justification", "batch size越大，BN的效果越好。"),
        ("incorrect", "The smaller the batch size is, the better batch normalization works."),
        ("incorrect", "BN和batch size没有关系。"),
    ],
    "bn-q3": [
        ("", "Batch normalization: 3. Layer normalization: 2."),
        ("", "第3项类似于批量归一化，第2项类似于层归一化，其余两项都不是。"),
        ("", "減去平均圖像（3）類似批歸一化；（2）類似層歸一化。"),
        ("", "(3) matches BN since a statistic over the data set is used for all images; (2) matches LN since only one image is looked at."),
        ("chose-1-or-4", "1、2是LN，3是BN"),
        ("chose-1-or-4 missing-2-ln", "Step 1 is like layer normalization and step 3 is like batch normalization."),
        ("missing-3-bn chose-1-or-4", "2번은 layer normalization, 4번은 batch normalization이다."),
    ],
    "bn-q4": [
        ("", "Number 2. If a layer has only a couple of units, the mean and the variance over them tell very little and are noisy."),
        ("", "2，因为特征维度太小的话，计算出的均值和方差不具有代表性。"),
        ("", "第二种情况。当特征数量很少时，均值和方差的估计噪声很大，就像BN中batch size很小一样。"),
        ("", "選2，特徵太少，統計量不準確。"),
        ("", "2번과 3번. 특징의 수가 적으면 통계량이 부정확하고, 정규화 항이 크면 가중치가 0에 가까워진다."),
        ("no-valid-justification", "Option 2."),
        ("no-valid-justification", "选2"),
        ("chose-1", "1 and 2, because mean and variance become inaccurate."),
        ("not-2", "3, since strong regularization forces the weights to be near zero."),
        ("not-2 chose-1", "1，网络太深时统计量不准确。"),
    ],
    "do-q1": [
        ("", "Then the net sees weaker activations while training than it will see when dropout is switched off at test time, so its predictions will be off."),
        ("", "The expectation of each unit at training time would be p*x whereas at test time it is x, so the two don't agree."),
        ("", "训练时输出的期望会变成原来的p倍，而测试时不做dropout，期望不变，导致训练和测试的分布不一致。"),
        ("", "测试时所有神经元都参与计算，输出会比训练时大，预测结果会出错，所以要除以p。"),
        ("", "訓練時和測試時的輸出期望值會不同，因為測試時沒有dropout。"),
        ("", "훈련과 테스트에서 출력의 크기가 달라지기 때문에 테스트 성능이 떨어진다."),
        ("", "En la prueba las salidas serían mayores que en el entrenamiento, porque todas las neuronas están activas."),
        ("incorrect-incomplete", "The output will be smaller, its mean is only p times what it was."),
        ("incorrect-incomplete", "输出的期望会变小，变为原来的p倍，所以要除以p保持期望不变。"),
        ("incorrect-incomplete", "The gradients explode."),
    ],
    "do-q2": [
        ("", "The net with dropout does not reach 100% on the training images, yet does slightly better on the validation images. So it keeps the net from memorizing them."),
        ("", "Dropout closes the gap between the two curves."),
        ("", "用了dropout之后训练集准确率下降了，验证集准确率反而略有上升，可见dropout可以防止过拟合。"),
        ("", "没有dropout的模型过拟合更严重，训练准确率接近1但是验证准确率不高。"),
        ("", "使用dropout後訓練準確率較低，但泛化能力更好。"),
        ("", "드롭아웃을 사용하면 훈련 정확도는 떨어지지만 검증 정확도는 올라간다."),
        ("", "El dropout reduce la diferencia entre entrenamiento y validación."),
        ("incorrect-insufficient", "With dropout the training accuracy gets better."),
        ("incorrect-insufficient", "dropout提高了训练集的准确率。"),
    ],
    "do-q3": [
        ("", "p should go up. A narrow layer has fewer neurons and hence less capacity, so dropping as many as before would cause underfitting."),
        ("", "Raise the keep probability; small models overfit less and can't afford to lose units."),
        ("", "隐藏层变小以后模型容量降低，过拟合的风险更小，因此可以适当增大p。"),
        ("", "p应该增大，因为神经元变少了，如果还丢弃很多会欠拟合。"),
        ("", "應該提高p，因為模型的表達能力下降了。"),
        ("", "p를 증가시켜야 한다. 노드 수가 줄면 모델의 용량이 작아지기 때문이다."),
        ("", "Deberíamos aumentar p, ya que la red tiene menos capacidad y hay menos riesgo de sobreajuste."),
        ("incorrect", "We should lower p."),
        ("incorrect", "减小p"),
        ("incorrect", "p值应该减小，这样可以防止过拟合。"),
        ("no-capacity", "p should be increased."),
        ("no-capacity", "不需要修改p，因为丢弃的神经元数量与隐藏层大小成比例。"),
    ],
}  # fmt: skip
ALL = [(question, items.split(), answer) for question, rows in WORDINGS.items() for items, answer in rows]


@pytest.mark.parametrize(("question", "items", "answer"), ALL)
def test_is_never_decided_wrongly(engine, question, items, answer):
    marked = engine.mark(question, answer)
    wrong = [
        one.item
        for one in marked.items
        if one.state != "unsure" and (one.state == "yes") != (one.item in items)
    ]
    assert not wrong, [(one.item, [span.words for span in one.evidence]) for one in marked.items]


def test_is_seldom_left_open(engine):
    unsure = [answer for question, _, answer in ALL if engine.mark(question, answer).unsure]
    assert len(unsure) <= len(ALL) // 10
